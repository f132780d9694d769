package io.rowmesh.applier.write;

import io.rowmesh.schema.TableShape;

import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The statements over keys of one shape of one table whose states are kept; every name quoted by jOOQ. */
record KeyStatements(String find, String holdIfFree, String lockTable, String keys) {

    /**
     * xmin, commit timestamp (microseconds) and origin's number of the row's last writer, whether that is the running transaction;
     * up to which transaction the capture has joined all (none while a local write of the key waits to be touched); the key's state, captured (microseconds), waiting, withheld, recorded; the table's
     * state; the row's columns as exact texts; whether its table was rewritten and nobody knows its version. One row, also where there is none. Parameters: schema, table, key, key columns.
     */
    private static final String FIND = """
            select t.xmin::text::bigint, %s, v.roident::bigint,
              pg_current_xact_id_if_assigned() is not null and age(t.xmin) <= 0,
              case when p.withheld then 0 else coalesce((select xid from rowmesh.captured_before), 0) end,
              s.state, %s, s.waiting, p.withheld, coalesce(s.recorded, 0), w.state, %s, v.until is not null
            from (select ?::text as s, ?::text as n, ?::text as k) k
            left join %s t on %s
            left join lateral (%s) v on true
            cross join lateral (select exists (select from rowmesh.pending_touch p where p.table_schema = k.s and p.table_name = k.n
              and md5(p.row_key) in (md5(k.k), md5('*'))) as withheld) p
            left join rowmesh.key_state s on s.table_schema = k.s and s.table_name = k.n and md5(s.row_key) = md5(k.k)
            left join rowmesh.key_state w on w.table_schema = k.s and w.table_name = k.n and md5(w.row_key) = md5('*')""";

    /** @throws SQLException with a state of class 42 when the shape does not fit the local table */
    static KeyStatements render(TableShape shape, LocalTable local) throws SQLException {
        TableStatements.writable(shape, local);
        String table = MergeStatements.name(shape);
        String key = MergeStatements.keyEquals(shape, local);
        String columns = shape.columns().stream().map(column -> StoredRows.exactText(column.name())).collect(Collectors.joining(", "));
        int[] keys = shape.keyPositions();
        String keyColumns = IntStream.of(keys).mapToObj(i -> StoredRows.exactText(shape.columns().get(i).name()))
                .collect(Collectors.joining(", "));
        String keyOfState = IntStream.range(0, keys.length).mapToObj(i -> "s.row_key::jsonb ->> " + i).collect(Collectors.joining(", "));
        return new KeyStatements(
                FIND.formatted(Micros.sql("v.\"timestamp\""), Micros.sql("s.captured_at"), columns, table, key, StoredVersion.of(local)),
                "select t.xmin::text::bigint from " + table + " t where " + key + " for update skip locked",
                "lock table " + table + " in share row exclusive mode",
                "select " + keyColumns + " from " + table + " t union select " + keyOfState + " from rowmesh.key_state s"
                        + " where s.table_schema = ? and s.table_name = ? and s.row_key <> '*'");
    }
}
