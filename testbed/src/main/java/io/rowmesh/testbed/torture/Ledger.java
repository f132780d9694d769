package io.rowmesh.testbed.torture;

import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;

/**
 * What the writers of a region did, in a table beside theirs that is not replicated. Each row is written by the statement
 * that it tells of, so it is committed, rolled back or lost with it, and nobody has to guess what became of a commit whose
 * answer never came. Its own commit timestamp is the version of what it tells; rowmesh touches none of it.
 */
final class Ledger {

    static final String[] SCHEMA = {
        "create schema torture",
        """
        create table torture.ledger (
            position    bigint generated always as identity primary key,
            transaction text   not null,
            kind        text   not null,
            relation    text   not null,
            row_key     text   not null,
            image       text,
            detail      text)""",
    };

    private static final String READ = "select kind, relation, row_key, image, position, transaction,"
            + " (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint from torture.ledger";

    private Ledger() {
    }

    /** All committed writes of a region, in no order that matters. */
    static void read(TestingRegion region, Consumer<Write> each) {
        read(region, "", each);
    }

    /** The committed writes of one key, truncates included. */
    static void readKey(TestingRegion region, String table, String key, Consumer<Write> each) {
        read(region, " where relation = '" + table + "' and row_key in ('" + key + "', '" + Write.ALL + "') order by position", each);
    }

    private static void read(TestingRegion region, String where, Consumer<Write> each) {
        try (Connection connection = region.postgres().connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(5_000);
            try (ResultSet rows = statement.executeQuery(READ + where)) {
                while (rows.next()) {
                    each.accept(new Write(Write.Kind.valueOf(rows.getString(1)), rows.getString(2), rows.getString(3), rows.getString(4),
                            new Version(rows.getLong(7), region.id()), rows.getLong(5), rows.getString(6)));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the ledger of " + region.id() + ": " + e.getMessage(), e);
        }
    }
}
