package io.rowmesh.applier.write;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Until when a row can have been written that has no version (H10, docs/decisions/0010-null-versions.md): before rowmesh met the
 * database, or before the database lost its commit timestamps; and what it has dropped for its age is told by samples. A change
 * that is not newer than that is not applied over such a row.
 */
public final class VersionsSince {

    private static final Logger LOG = LoggerFactory.getLogger(VersionsSince.class);

    private static final String NOTE = """
            insert into rowmesh.versions_since (only_row, since, met) values (true, clock_timestamp(), rowmesh.next_number()) on conflict do nothing""";

    private static final String RAISE = """
            update rowmesh.versions_since set since = clock_timestamp() where rowmesh.versions_lost() returning since::text""";

    private static final String FORGET_SAMPLES = "delete from rowmesh.version_sample where rowmesh.versions_lost()";

    private static final String SAMPLE = """
            insert into rowmesh.version_sample (ended_before, xid, sampled_at)
            select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint, clock_timestamp()""";

    /** Of days that are past a sample an hour is enough; and none is needed from before what is dropped. */
    private static final String THIN = """
            delete from rowmesh.version_sample s where s.ended_before < rowmesh.oldest_timestamp()
              or s.sampled_at < now() - interval '1 day' and exists (select from rowmesh.version_sample o
                where o.sampled_at < s.sampled_at and date_trunc('hour', o.sampled_at) = date_trunc('hour', s.sampled_at))""";

    /** A rewrite whose own timestamp is dropped: its rows have no version any more, like others of that age. */
    private static final String FORGET_REWRITES = """
            with forgotten as (delete from rowmesh.rewrite r where r.xid < rowmesh.oldest_timestamp()
              and pg_xact_commit_timestamp(r.xid::text::xid8::xid) is null returning *)
            delete from rowmesh.row_version v using forgotten f where v.table_schema = f.table_schema and v.table_name = f.table_name
              and v.row_xmin = f.xid::text::xid8::xid::text::bigint""";

    private VersionsSince() {
    }

    /** Notes the moment, once in a database's life, and how far the database is. Runs in autocommit. */
    public static void note(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(NOTE);
        }
        raiseIfLost(connection);
        sample(connection);
    }

    /** Notes how far the database is, so that it can be told until when a row was written whose timestamp is dropped later. Every minute or so. */
    public static void sample(Connection connection) throws SQLException {
        for (String sql : List.of(SAMPLE, THIN, FORGET_REWRITES)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    /** For a session that begins: timestamps are lost only while the server is down, which ends all sessions. */
    static String read(Connection connection) throws SQLException {
        raiseIfLost(connection);
        try (PreparedStatement query = connection.prepareStatement("select since::text from rowmesh.versions_since");
             ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowmesh.versions_since is empty; start the node again", "55000");
            }
            return row.getString(1);
        }
    }

    /** Samples from before the loss would be taken for a loss again. */
    private static void raiseIfLost(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String since = null;
            try (ResultSet row = statement.executeQuery(RAISE)) {
                since = row.next() ? row.getString(1) : null;
            }
            if (since != null) {
                statement.execute(FORGET_SAMPLES);
                statement.execute(SAMPLE);
                LOG.warn("the database has lost the commit timestamps of its rows (track_commit_timestamp was off, or it was upgraded or"
                        + " restored): changes of other regions from before {} to rows from before are parked", since);
            }
        }
    }
}
