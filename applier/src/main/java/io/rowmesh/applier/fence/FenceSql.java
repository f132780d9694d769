package io.rowmesh.applier.fence;

import io.rowmesh.schema.store.ControlSql;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The statements about fences in which databases differ. Parameters: the region, the seconds of its silence.
 *
 * @param save  keeps how long a region was silent, while it is not fenced
 * @param fence fences it
 */
record FenceSql(String save, String fence) {

    private static final FenceSql POSTGRES = new FenceSql("""
            insert into rowmesh.fence as f (region, silent_seconds) values (?, ?)
            on conflict (region) do update set silent_seconds = excluded.silent_seconds where f.fenced_at is null""", """
            insert into rowmesh.fence as f (region, silent_seconds, fenced_at) values (?, ?, clock_timestamp())
            on conflict (region) do update set silent_seconds = excluded.silent_seconds, fenced_at = excluded.fenced_at
            where f.fenced_at is null""");

    /** Assignments are made in their order: by whether it is fenced comes last. */
    private static final FenceSql MYSQL = new FenceSql("""
            insert into rowmesh.fence (region, silent_seconds) values (?, ?)
            on duplicate key update silent_seconds = if(fenced_at is null, values(silent_seconds), silent_seconds)""", """
            insert into rowmesh.fence (region, silent_seconds, fenced_at) values (?, ?, utc_timestamp(6))
            on duplicate key update silent_seconds = if(fenced_at is null, values(silent_seconds), silent_seconds),
              fenced_at = coalesce(fenced_at, values(fenced_at))""");

    static FenceSql of(Connection connection) throws SQLException {
        return switch (ControlSql.of(connection)) {
            case POSTGRES -> POSTGRES;
            case MYSQL -> MYSQL;
        };
    }
}
