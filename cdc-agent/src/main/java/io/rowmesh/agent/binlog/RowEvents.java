package io.rowmesh.agent.binlog;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Rows by the tables that the log describes before them. */
final class RowEvents {

    enum Kind {
        INSERT, UPDATE, DELETE
    }

    /** A description as it stands in the log, and what it means. */
    private record Read(byte[] text, TableMap table) {
    }

    private final LogReader reader;
    /** By the number that rows name their table with; null for one of which nothing is wanted. A transaction's. */
    private final Map<Long, TableMap> tables = new HashMap<>();
    /** Most transactions describe the same tables in the same words. */
    private final Map<TableMap.Name, Read> latest = new HashMap<>();
    private boolean any;

    RowEvents(LogReader reader) {
        this.reader = reader;
    }

    /** A new transaction. */
    void forget() {
        tables.clear();
        any = false;
    }

    /** Whether the transaction has had rows that are wanted. */
    boolean any() {
        return any;
    }

    void table(LogBytes in) {
        long number = in.little(6);
        in.skip(2);
        TableMap.Name name = TableMap.Name.read(in);
        tables.put(number, reader.wants(name.database(), name.table()) ? table(name, in) : null);
    }

    private TableMap table(TableMap.Name name, LogBytes in) {
        byte[] text = in.take(in.remaining());
        Read known = latest.get(name);
        if (known == null || !Arrays.equals(known.text(), text)) {
            known = new Read(text, TableMap.read(name, new LogBytes(text)));
            latest.put(name, known);
        }
        return known.table();
    }

    /** The table of an event with rows, null when they are not wanted. Reads the event's first fields. */
    TableMap wanted(LogBytes in) {
        long number = in.little(6);
        in.skip(2);
        if (!tables.containsKey(number)) {
            throw BinlogException.lasting("rows came without the description of their table (number " + number
                    + "): report this with the server's version");
        }
        return tables.get(number);
    }

    /** @param extra whether the event may have more before its rows */
    void read(Kind kind, TableMap table, LogBytes in, boolean extra) {
        any = true;
        if (extra) {
            in.skip((int) in.little(2) - 2);
        }
        int count = in.packed();
        requireFull(table, in.bits(count));
        if (kind == Kind.UPDATE) {
            requireFull(table, in.bits(count));
        }
        while (in.remaining() > 0) {
            switch (kind) {
                case INSERT -> reader.insert(table.table(), table.row(in));
                case DELETE -> reader.delete(table.table(), table.row(in));
                case UPDATE -> reader.update(table.table(), table.row(in), table.row(in));
            }
        }
    }

    private static void requireFull(TableMap table, boolean[] present) {
        boolean full = present.length == table.size();
        for (boolean column : present) {
            full &= column;
        }
        if (!full) {
            throw BinlogException.lasting("rows of table " + table.table().database() + "." + table.table().name() + " do not have all"
                    + " columns in the log: set global binlog_row_image = FULL, and in every session; run `rowmesh new-epoch`, then load"
                    + " the other regions from this one again");
        }
    }
}
