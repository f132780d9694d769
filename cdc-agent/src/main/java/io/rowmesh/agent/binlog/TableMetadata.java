package io.rowmesh.agent.binlog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the log says of a table's columns with binlog_row_metadata=FULL. Its lists count only columns of the kind they are about. */
final class TableMetadata {

    private static final int SIGNEDNESS = 1;
    private static final int DEFAULT_CHARSET = 2;
    private static final int COLUMN_CHARSET = 3;
    private static final int COLUMN_NAME = 4;
    private static final int SET_MEMBERS = 5;
    private static final int ENUM_MEMBERS = 6;
    private static final int GEOMETRY_TYPE = 7;
    private static final int SIMPLE_KEY = 8;
    private static final int KEY_WITH_PREFIX = 9;
    private static final int MEMBERS_DEFAULT_CHARSET = 10;
    private static final int MEMBERS_COLUMN_CHARSET = 11;

    private static final Set<Integer> NUMBERS = Set.of(ColumnTypes.TINY, ColumnTypes.SHORT, ColumnTypes.INT24, ColumnTypes.LONG,
            ColumnTypes.LONGLONG, ColumnTypes.NEWDECIMAL, ColumnTypes.FLOAT, ColumnTypes.DOUBLE);
    private static final Set<Integer> TEXTS = Set.of(ColumnTypes.STRING, ColumnTypes.VAR_STRING, ColumnTypes.VARCHAR, ColumnTypes.BLOB);
    private static final Set<Integer> WITH_MEMBERS = Set.of(ColumnTypes.ENUM, ColumnTypes.SET);

    private final List<String> names = new ArrayList<>();
    private final Set<Integer> key = new HashSet<>();
    private final Set<Integer> unsigned = new HashSet<>();
    private final Map<Integer, Integer> collations = new HashMap<>();
    private final Map<Integer, List<byte[]>> members = new HashMap<>();
    private final Map<Integer, Integer> geometries = new HashMap<>();

    private TableMetadata() {
    }

    /** @param types of the columns */
    static TableMetadata read(int[] types, LogBytes in) {
        TableMetadata metadata = new TableMetadata();
        while (in.remaining() > 0) {
            int field = in.u8();
            metadata.readField(field, types, in.slice(in.packed()));
        }
        return metadata;
    }

    private void readField(int field, int[] types, LogBytes in) {
        switch (field) {
            case SIGNEDNESS -> signedness(columns(types, NUMBERS), in);
            case DEFAULT_CHARSET -> defaultCharset(columns(types, TEXTS), in);
            case COLUMN_CHARSET -> columns(types, TEXTS).forEach(column -> collations.put(column, in.packed()));
            case MEMBERS_DEFAULT_CHARSET -> defaultCharset(columns(types, WITH_MEMBERS), in);
            case MEMBERS_COLUMN_CHARSET -> columns(types, WITH_MEMBERS).forEach(column -> collations.put(column, in.packed()));
            case COLUMN_NAME -> readNames(in);
            case SET_MEMBERS -> columns(types, Set.of(ColumnTypes.SET)).forEach(column -> members.put(column, strings(in)));
            case ENUM_MEMBERS -> columns(types, Set.of(ColumnTypes.ENUM)).forEach(column -> members.put(column, strings(in)));
            case GEOMETRY_TYPE -> columns(types, Set.of(ColumnTypes.GEOMETRY)).forEach(column -> geometries.put(column, in.packed()));
            case SIMPLE_KEY -> readKey(in, false);
            case KEY_WITH_PREFIX -> readKey(in, true);
            default -> {
                // Nothing that is needed, such as which columns are invisible.
            }
        }
    }

    private static List<Integer> columns(int[] types, Set<Integer> kinds) {
        List<Integer> columns = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            if (kinds.contains(types[i])) {
                columns.add(i);
            }
        }
        return columns;
    }

    private void signedness(List<Integer> columns, LogBytes in) {
        boolean[] bits = in.bits(columns.size(), true);
        for (int i = 0; i < bits.length; i++) {
            if (bits[i]) {
                unsigned.add(columns.get(i));
            }
        }
    }

    /** One for all, then the exceptions. */
    private void defaultCharset(List<Integer> columns, LogBytes in) {
        int most = in.packed();
        columns.forEach(column -> collations.put(column, most));
        while (in.remaining() > 0) {
            collations.put(columns.get(in.packed()), in.packed());
        }
    }

    private void readNames(LogBytes in) {
        while (in.remaining() > 0) {
            names.add(in.utf8(in.packed()));
        }
    }

    private static List<byte[]> strings(LogBytes in) {
        int count = in.packed();
        List<byte[]> strings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            strings.add(in.take(in.packed()));
        }
        return strings;
    }

    private void readKey(LogBytes in, boolean withPrefix) {
        while (in.remaining() > 0) {
            key.add(in.packed());
            if (withPrefix) {
                in.packed();
            }
        }
    }

    List<String> names() {
        return names;
    }

    /** Positions of the primary key's columns. */
    Set<Integer> key() {
        return key;
    }

    ColumnTypes.Described describe(int column, int type, int meta) {
        return new ColumnTypes.Described(type, meta, unsigned.contains(column), collations.getOrDefault(column, 0),
                members.getOrDefault(column, List.of()), geometries.getOrDefault(column, 0));
    }
}
