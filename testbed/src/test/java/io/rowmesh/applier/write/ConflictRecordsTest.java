package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Region us writes what eu shipped, and what becomes of the conflicts stands in its history. */
class ConflictRecordsTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("c", "character(4)", false), new Column("b", "boolean", false)));

    private final long start = Micros.now();
    private TestingLanes us;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory, "17", Map.of()).withControlTables();
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp() - interval '1 minute')");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        postgres.execute("drop table if exists public.t",
                "create table public.t (id int primary key, c char(4), b bool, twice int generated always as (id * 2) stored)",
                "truncate rowmesh.progress, rowmesh.tombstone, rowmesh.parked, rowmesh.conflict");
        us = new TestingLanes(postgres, options());
    }

    private static ApplierOptions options() {
        return new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> TableRules.LAST_WRITE_WINS,
                (table, column) -> column.equals("secret"), Duration.ofSeconds(5));
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void anOverwrittenRowAndOneThatStaysAreKeptWithWhatTheyMet() throws SQLException {
        postgres.execute("insert into public.t values (1, 'ab', true), (2, null, false), (3, 'own', null)");
        String local = postgres.value("select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000 from public.t where id = 1");
        us.apply("eu", Micros.now(), update(1, "x", "f"), update(4, "new", "t"));
        us.apply("eu", start - 1_000_000, insert(2, "old", "t"));
        assertEquals(List.of(
                List.of("update_origin_differs", "[\"1\"]", "applied", "{\"id\": \"1\", \"c\": \"ab  \", \"b\": \"t\", \"twice\": \"2\"}",
                        "{\"id\": \"1\", \"c\": \"x\", \"b\": \"f\"}", "us", "eu", "1"),
                List.of("update_missing", "[\"4\"]", "applied", "-", "{\"id\": \"4\", \"c\": \"new\", \"b\": \"t\"}", "-", "eu", "1"),
                List.of("insert_exists", "[\"2\"]", "kept_local", "{\"id\": \"2\", \"c\": null, \"b\": \"f\", \"twice\": \"4\"}",
                        "{\"id\": \"2\", \"c\": \"old\", \"b\": \"t\"}", "us", "eu", "2")), history());
        assertEquals(local.replaceAll("\\..*", ""), postgres.value("select (extract(epoch from stored_at) * 1000000)::bigint from rowmesh.conflict"
                + " where row_key = '[\"1\"]'"));
        assertEquals("last-write-wins", postgres.value("select distinct rule from rowmesh.conflict"));
    }

    @Test
    void whatTheOriginHadSeenIsNotKept() throws SQLException {
        postgres.execute("insert into public.t values (1, 'ab', true)");
        us.apply("eu", Micros.now(), List.of(new SeenMark("us", 1, 5, Micros.now())), update(1, "x", "f"));
        us.apply("eu", Micros.now(), update(1, "y", "f"));
        assertEquals(List.of(), history());
    }

    /** Region ap had applied eu's first transaction, which comes here only after those of ap. */
    @Test
    void aChangeThatComesAfterOneThatHadSeenItIsNoConflict() throws SQLException {
        // Now that the origins of both are there, a lane can name them.
        us.reconnect("eu");
        long now = Micros.now();
        us.apply("ap", now - 400, insert(3, "ap", "t"), insert(4, "ap", "t"), delete(5));
        us.apply("ap", now - 300, List.of(new SeenMark("eu", 1, 1, now - 500)), update(1, "ap", "t"), delete(2));
        postgres.execute("truncate rowmesh.conflict");
        us.apply("eu", now - 500, insert(1, "eu", "t"), insert(2, "eu", "t"), insert(3, "eu", "t"), delete(4), insert(5, "eu", "t"));
        assertEquals(List.of("insert_exists [\"3\"]", "delete_origin_differs [\"4\"]", "update_deleted [\"5\"]"),
                history().stream().map(each -> each.get(0) + " " + each.get(1)).sorted(java.util.Comparator.comparing(each -> each.replaceAll(".* ", "")))
                        .toList());
    }

    /** The statement's snapshot shows the row as it was before the local transaction for which it has to wait. */
    @Test
    void aRowThatOvertookTheChangeWhileItWaitedIsTheOneThatItLostTo() throws Exception {
        postgres.execute("insert into public.t values (1, 'old', true), (3, 'own', true)");
        for (RowChange change : List.of(update(1, "eu", "t"), delete(1), insert(2, "eu", "t"))) {
            postgres.execute("truncate rowmesh.conflict");
            us.whileLocally("update public.t set c = 'new' where id = 1; insert into public.t values (2, 'new', true)"
                    + " on conflict (id) do update set c = 'new'", () -> us.apply("eu", Micros.now(), change, update(3, "eu", "f")));
            assertEquals(List.of("kept_local", "new ", "us"), postgres.query("select decision, stored_row ->> 'c', stored_origin from rowmesh.conflict"
                    + " where row_key <> '[\"3\"]'").get(0), change.toString());
        }
        assertEquals(List.of(List.of("new "), List.of("new "), List.of("eu  ")), postgres.query("select c from public.t order by id"));
    }

    /** A commit has its timestamp before it is visible; a standby that does not answer keeps it from being so. */
    @Test
    void aLocalCommitThatTheSnapshotDoesNotShowIsKeptWhenItIsOverwritten() throws Exception {
        postgres.execute("insert into public.t values (1, 'old', true), (3, 'own', true)");
        for (RowChange change : List.of(update(1, "eu", "t"), insert(2, "eu", "t"), delete(1))) {
            postgres.execute("truncate rowmesh.conflict", "alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()");
            try (Connection local = postgres.connect()) {
                local.setAutoCommit(false);
                local.createStatement().execute("update public.t set c = 'new' where id = 1; insert into public.t values (2, 'new', true)"
                        + " on conflict (id) do update set c = 'new'");
                CompletableFuture<Void> committing = TestingLanes.inBackground(local::commit);
                Thread.sleep(200);
                long after = Micros.now();
                CompletableFuture<Void> applying = TestingLanes.inBackground(() -> us.apply("eu", after, change, update(3, "eu", "f")));
                Thread.sleep(300);
                assertFalse(applying.isDone());
                assertFalse(committing.isDone());
                postgres.execute("alter system reset synchronous_standby_names", "select pg_reload_conf()");
                committing.get(10, TimeUnit.SECONDS);
                applying.get(10, TimeUnit.SECONDS);
            }
            assertEquals(List.of("new ", "us"), postgres.query("select stored_row ->> 'c', stored_origin from rowmesh.conflict"
                    + " where row_key <> '[\"3\"]'").get(0), change.toString());
        }
        assertEquals(List.of(List.of("2", "new "), List.of("3", "eu  ")), postgres.query("select id, c from public.t order by id"));
    }

    @Test
    void rowsThatRepairsDeleteAreKept() throws SQLException {
        us.apply("eu", start, insert(1, "old", "t"), insert(2, "old", "t"));
        Version deleted = new Version(Micros.now(), "us");
        postgres.execute("delete from public.t");
        us.apply("eu", start + 1, insert(1, "slip", "t"));
        us.apply("eu", Micros.now(), insert(2, "late", "t"));
        us.apply("eu", start + 2_000_000, delete(9));
        postgres.execute("insert into public.t values (9, 'low', true)");
        long inserted = Micros.now();
        postgres.execute("update rowmesh.tombstone set deleted_at = clock_timestamp() + interval '1 second'", "truncate rowmesh.conflict");
        us.localWrites().onRows(deleted, 1, 7, 0, List.of(delete(1), delete(2)));
        us.localWrites().beforeSync();
        us.localWrites().onRows(new Version(inserted, "us"), 1, 8, Long.parseLong(postgres.value("select xmin::text from public.t where id = 9")),
                List.of(insert(9, "low", "t")));
        us.localWrites().beforeSync();
        assertEquals(List.of(
                List.of("delete_origin_differs", "[\"1\"]", "deleted", "{\"id\": \"1\", \"c\": \"slip\", \"b\": \"t\", \"twice\": \"2\"}", "-", "eu", "us", "7"),
                List.of("delete_origin_differs", "[\"2\"]", "kept_local", "{\"id\": \"2\", \"c\": \"late\", \"b\": \"t\", \"twice\": \"4\"}", "-", "eu", "us", "7"),
                List.of("delete_origin_differs", "[\"9\"]", "deleted", "{\"id\": \"9\", \"c\": \"low \", \"b\": \"t\", \"twice\": \"18\"}", "-", "us", "eu", "4")), history());
        assertEquals(List.of(List.of("2")), postgres.query("select id from public.t"));
    }

    @Test
    void whatATruncateMeetsIsKeptAndBounded() throws SQLException {
        us.apply("eu", start, insert(5001, "seen", "t"));
        postgres.execute("insert into public.t select i, 'us', true from generate_series(1, 5000) i");
        long truncated = Micros.now();
        postgres.execute("update public.t set c = 'new' where id = 1");
        Outcome outcome = us.apply("eu", truncated, new RowChange.Truncate(T));
        assertEquals(Map.of(ConflictType.DELETE_ORIGIN_DIFFERS, 5_000L), outcome.conflicts);
        assertEquals("1", postgres.value("select string_agg(id::text, ',') from public.t"));
        assertEquals("4999 1", postgres.value("select (sum(conflicts) filter (where decision = 'deleted')) || ' ' ||"
                + " (sum(conflicts) filter (where decision = 'kept_local')) from rowmesh.conflict"));
        assertTrue(Integer.parseInt(postgres.value("select count(*) from rowmesh.conflict")) <= 1_002);
    }

    @Test
    void deletesAreKeptFromBothSides() throws SQLException {
        postgres.execute("insert into public.t values (1, 'ab', true), (2, 'cd', true)");
        us.apply("eu", Micros.now(), delete(1), delete(9));
        us.apply("eu", start - 1_000_000, delete(2));
        us.apply("eu", Micros.now() - 30_000_000, insert(1, "late", "t"));
        assertEquals(List.of(
                List.of("delete_origin_differs", "[\"1\"]", "deleted", "{\"id\": \"1\", \"c\": \"ab  \", \"b\": \"t\", \"twice\": \"2\"}", "{\"id\": \"1\"}", "us", "eu", "1"),
                List.of("delete_missing", "[\"9\"]", "deleted", "-", "{\"id\": \"9\"}", "-", "eu", "1"),
                List.of("delete_origin_differs", "[\"2\"]", "kept_local", "{\"id\": \"2\", \"c\": \"cd  \", \"b\": \"t\", \"twice\": \"4\"}", "{\"id\": \"2\"}", "us", "eu", "2"),
                List.of("update_deleted", "[\"1\"]", "kept_local", "-", "{\"id\": \"1\", \"c\": \"late\", \"b\": \"t\"}", "eu", "eu", "3")), history());
    }

    @Test
    void anInsertOverAnOlderDeleteIsAConflictOnlyIfThatWasNotSeen() throws SQLException {
        long deleted = Micros.now() - 1_000_000;
        postgres.execute("insert into rowmesh.tombstone (table_schema, table_name, row_key, deleted_at, origin, epoch, sequence)"
                + " select 'public', 't', k, '" + Micros.text(deleted) + "', 'ap', 1, 1 from unnest(array['[\"1\"]', '[\"2\"]']) k");
        us.apply("eu", Micros.now(), insert(1, "x", "t"));
        us.apply("eu", Micros.now(), List.of(new SeenMark("ap", 1, 1, deleted)), insert(2, "x", "t"));
        assertEquals(List.of(List.of("update_deleted", "[\"1\"]", "applied", "-", "{\"id\": \"1\", \"c\": \"x\", \"b\": \"t\"}", "ap", "eu", "1")), history());
        assertEquals("2", postgres.value("select count(*) from public.t"));
    }

    @Test
    void aStormOfConflictsIsAppliedAndBounded() throws SQLException {
        postgres.execute("insert into public.t select i, 'us', true from generate_series(1, 5000) i");
        List<RowChange> changes = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            changes.add(update(i, "eu", "f"));
        }
        Outcome outcome = us.apply("eu", Micros.now(), changes.toArray(RowChange[]::new));
        assertEquals(Map.of(ConflictType.UPDATE_ORIGIN_DIFFERS, 5_000L), outcome.conflicts);
        assertNull(outcome.historyRefused);
        assertEquals("5000", postgres.value("select count(*) from public.t where c = 'eu'"));
        assertEquals("1001 5000", postgres.value("select count(*) || ' ' || sum(conflicts) from rowmesh.conflict"));
    }

    @Test
    void aRefusedRowAndARefusingHistoryDoNotHoldTheStreamUp() throws SQLException {
        postgres.execute("create unique index t_c on public.t (c)", "insert into public.t values (7, 'same', true)");
        us.apply("eu", Micros.now(), insert(8, "same", "t"), insert(9, "nine", "t"));
        assertEquals(List.of("update_exists", "[\"8\"]", "parked", "breaks the unique key t_c"),
                postgres.query("select type, row_key, decision, note from rowmesh.conflict").get(0));
        postgres.execute("alter table rowmesh.conflict add constraint none check (false) not valid");
        try {
            Outcome outcome = us.apply("eu", Micros.now(), update(7, "upd", "f"));
            assertTrue(outcome.historyRefused.contains("\"none\""), outcome.historyRefused);
        } finally {
            postgres.execute("alter table rowmesh.conflict drop constraint none");
        }
        assertEquals("upd ", postgres.value("select c from public.t where id = 7"));
        assertEquals("2", postgres.value("select max(sequence) from rowmesh.progress"));
    }

    private static List<List<String>> history() {
        return postgres.query("select type, row_key, decision, coalesce(stored_row::text, '-'), coalesce(incoming_row::text, '-'),"
                + " coalesce(stored_origin, '-'), incoming_origin, sequence from rowmesh.conflict order by conflict_id");
    }

    private static RowChange insert(int id, String c, String b) {
        return new RowChange.Insert(T, new Row(Integer.toString(id), c, b));
    }

    private static RowChange update(int id, String c, String b) {
        return new RowChange.Update(T, null, new Row(Integer.toString(id), c, b));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), Row.ABSENT, Row.ABSENT));
    }
}
