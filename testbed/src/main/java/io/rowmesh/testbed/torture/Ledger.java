package io.rowmesh.testbed.torture;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingRegion;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
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
            set_values  json,
            seen        json)""",
        "create index ledger_by_key on torture.ledger (relation, row_key)",
        // Tells other regions of deletes, by travelling with them.
        "create table journal (region text, position bigint, relation text, row_key text, primary key (region, position))",
        "create index journal_by_key on journal (relation, row_key, region, position)",
    };

    /** Replicated, and compared like every table of the writers. */
    static final Table JOURNAL = Table.of("journal", "region", "position").with("relation", "row_key");

    private static final String READ = "select kind, relation, row_key, image, position, transaction, set_values, seen,"
            + " (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint from torture.ledger";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> VALUES = new TypeReference<>() { };
    private static final TypeReference<Map<String, Long>> SEEN = new TypeReference<>() { };

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
                    each.accept(write(region, rows));
                }
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("cannot read the ledger of " + region.id() + ": " + e.getMessage(), e);
        }
    }

    private static Write write(TestingRegion region, ResultSet row) throws SQLException, IOException {
        return new Write(Write.Kind.valueOf(row.getString(1)), row.getString(2), row.getString(3), row.getString(4),
                map(row.getString(7), VALUES), map(row.getString(8), SEEN), new Version(row.getLong(9), region.id()), row.getLong(5),
                row.getString(6));
    }

    private static <T> T map(String json, TypeReference<T> type) throws IOException {
        return json == null ? null : JSON.readValue(json, type);
    }
}
