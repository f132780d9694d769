package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One table's description in the log, and the reader of its rows. */
final class TableMap {

    private final LoggedTable table;
    private final ValueReader[] readers;

    private TableMap(LoggedTable table, ValueReader[] readers) {
        this.table = table;
        this.readers = readers;
    }

    LoggedTable table() {
        return table;
    }

    int size() {
        return readers.length;
    }

    /** One image, with all columns. */
    Row row(LogBytes in) {
        boolean[] nulls = in.bits(readers.length);
        String[] values = new String[readers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = nulls[i] ? null : readers[i].read(in);
        }
        return new Row(values);
    }

    /** Which table an event describes, without looking at its columns. @param in behind the table's number and flags */
    record Name(String database, String table) {
        static Name read(LogBytes in) {
            String database = in.utf8(in.u8());
            in.skip(1);
            String table = in.utf8(in.u8());
            in.skip(1);
            return new Name(database, table);
        }

        @Override
        public String toString() {
            return database + "." + table;
        }
    }

    /**
     * @param in behind the name
     * @throws BinlogException when there is a column that cannot be read exactly, or the log does not say what is needed
     */
    static TableMap read(Name name, LogBytes in) {
        int count = in.packed();
        byte[] types = in.take(count);
        int[][] kinds = kinds(types, in.slice(in.packed()));
        in.skip((count + 7) / 8);
        TableMetadata metadata = TableMetadata.read(kinds[0], in);
        if (metadata.names().size() != count) {
            throw BinlogException.lasting("the log does not name the columns of table " + name
                    + ": set global binlog_row_metadata = FULL, run `rowmesh new-epoch`, then load the other regions from this one again");
        }
        Set<Integer> key = metadata.key();
        List<Column> columns = new ArrayList<>();
        ValueReader[] readers = new ValueReader[count];
        for (int i = 0; i < count; i++) {
            ColumnTypes.Known type = known(name, metadata, i, kinds);
            columns.add(new Column(metadata.names().get(i), "mysql:" + type.name(), key.contains(i)));
            readers[i] = type.reader();
        }
        return new TableMap(new LoggedTable(name.database(), name.table(), columns), readers);
    }

    private static ColumnTypes.Known known(Name table, TableMetadata metadata, int column, int[][] kinds) {
        try {
            return ColumnTypes.of(metadata.describe(column, kinds[0][column], kinds[1][column]));
        } catch (BinlogException e) {
            throw BinlogException.lasting("column " + metadata.names().get(column) + " of table " + table + " " + e.getMessage());
        }
    }

    /** For each column its type, and what stands beside it; enums and sets are strings at first sight. */
    private static int[][] kinds(byte[] types, LogBytes meta) {
        int[][] kinds = new int[2][types.length];
        for (int i = 0; i < types.length; i++) {
            int type = types[i] & 0xff;
            kinds[0][i] = type;
            switch (type) {
                case ColumnTypes.FLOAT, ColumnTypes.DOUBLE, ColumnTypes.TIMESTAMP2, ColumnTypes.DATETIME2, ColumnTypes.TIME2,
                        ColumnTypes.BLOB, ColumnTypes.JSON, ColumnTypes.GEOMETRY, ColumnTypes.VECTOR -> kinds[1][i] = meta.u8();
                case ColumnTypes.VARCHAR, ColumnTypes.VAR_STRING -> kinds[1][i] = (int) meta.little(2);
                case ColumnTypes.NEWDECIMAL -> kinds[1][i] = (int) meta.big(2);
                case ColumnTypes.BIT -> kinds[1][i] = meta.u8() + Byte.SIZE * meta.u8();
                case ColumnTypes.STRING, ColumnTypes.ENUM, ColumnTypes.SET -> string(kinds, i, meta.u8(), meta.u8());
                default -> kinds[1][i] = 0;
            }
        }
        return kinds;
    }

    /** Two bits of a long string's length stand, turned over, among those of its type. */
    private static void string(int[][] kinds, int column, int first, int second) {
        kinds[0][column] = first | 0x30;
        kinds[1][column] = second | ((first & 0x30) ^ 0x30) << 4;
    }
}
