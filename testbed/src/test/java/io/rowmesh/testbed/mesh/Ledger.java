package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingPostgres;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Load that shows lost and doubled changes: entries with keys of their own, counters that only one region raises, rows that
 * both regions write, and a trigger that counts every application of a change (what an upsert done twice would hide).
 */
final class Ledger {

    static final String[] SCHEMA = {
        "create table entries (region text, n bigint, note text, primary key (region, n))",
        "create table counters (id text primary key, n bigint not null)",
        "create table hot (id int primary key, v text)",
        // Not replicated: what happened here, written in the same transaction.
        "create table applications (region text, n bigint)",
        "create function note_application() returns trigger language plpgsql as $f$ begin insert into public.applications"
            + " values (new.region, new.n); return null; end $f$",
        "create trigger note after insert or update on entries for each row execute function note_application()",
        "alter table entries enable always trigger note",
    };

    static final List<String> TABLES = List.of("public.entries", "public.counters", "public.hot");

    private final TestingMesh mesh;
    private final List<Writer> writers = new ArrayList<>();

    Ledger(TestingMesh mesh) {
        this.mesh = mesh;
    }

    /** Starts one writer in each region. */
    Ledger start() {
        for (TestingRegion region : mesh.regions()) {
            Writer writer = new Writer(region);
            writers.add(writer);
            writer.start();
        }
        return this;
    }

    void stop() throws InterruptedException {
        for (Writer writer : writers) {
            writer.stopped = true;
            writer.join(30_000);
        }
    }

    long written() {
        return writers.stream().mapToLong(w -> w.committed.get()).sum();
    }

    /** Everything a writer was told to be committed is there, once, in both regions. */
    void assertNothingLostOrDoubled(java.time.Duration limit) {
        mesh.awaitQuiet(limit);
        for (String table : TABLES) {
            assertEquals(rows(mesh.eu().postgres(), table), rows(mesh.us().postgres(), table), table + " is equal");
        }
        for (Writer writer : writers) {
            for (TestingRegion at : mesh.regions()) {
                String here = "where region = '" + writer.region.id() + "'";
                long entries = Long.parseLong(at.postgres().value("select count(*) from entries " + here));
                long last = Long.parseLong(at.postgres().value("select coalesce(max(n), 0) from entries " + here));
                assertEquals(last, entries, "gapless entries of " + writer.region.id() + " at " + at.id());
                assertTrue(entries >= writer.committed.get(), "every commit told to " + writer.region.id() + " is at " + at.id());
                assertEquals(String.valueOf(entries), at.postgres().value("select n from counters where id = '" + writer.region.id() + "'"));
                assertEquals(String.valueOf(entries), at.postgres().value("select count(*) from applications " + here),
                        "each entry of " + writer.region.id() + " applied exactly once at " + at.id());
            }
        }
        for (TestingRegion region : mesh.regions()) {
            assertEquals(List.of(), region.postgres().query("select table_name, row_key, reason from rowmesh.parked"));
        }
    }

    private static List<List<String>> rows(TestingPostgres postgres, String table) {
        return postgres.query("select t::text, pg_xact_commit_timestamp(xmin)::text from " + table + " t order by 1");
    }

    /** Writes until told to stop; goes on when its database was away. */
    private static final class Writer extends Thread {

        private final TestingRegion region;
        private final AtomicLong committed = new AtomicLong();
        private volatile boolean stopped;

        Writer(TestingRegion region) {
            super("ledger-" + region.id());
            this.region = region;
        }

        @Override
        public void run() {
            while (!stopped) {
                try (Connection connection = region.postgres().connect(); Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    while (!stopped) {
                        write(statement);
                        connection.commit();
                        committed.incrementAndGet();
                        Thread.sleep(10);
                    }
                } catch (SQLException e) {
                    pause();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private void write(Statement statement) throws SQLException {
            statement.execute("insert into counters values ('" + region.id() + "', 1) on conflict (id) do update set n = counters.n + 1");
            statement.execute("insert into entries select '" + region.id() + "', n, 'note' from counters where id = '" + region.id() + "'");
            long n = committed.get();
            if (n % 7 == 0) {
                statement.execute("delete from hot where id = " + n % 5);
            } else {
                statement.execute("insert into hot values (" + n % 5 + ", '" + region.id() + n + "') on conflict (id) do update set v = excluded.v");
            }
        }

        private static void pause() {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
