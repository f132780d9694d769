package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
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
import java.util.Properties;
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

    private LaneWriter writer;
    private long sequence;
    private final long start = Micros.now();

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
        writer = LaneWriter.connect("eu", new ApplierSession(postgres.jdbcUrl(), new Properties()), options(), new KeyLocks(),
                new TombstoneIndex(), new AppliedMarks());
    }

    private static ApplierOptions options() {
        return new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> TableRules.LAST_WRITE_WINS,
                (table, column) -> column.equals("secret"), Duration.ofSeconds(5));
    }

    @AfterEach
    void disconnect() throws SQLException {
        writer.close();
    }

    @Test
    void anOverwrittenRowAndOneThatStaysAreKeptWithWhatTheyMet() throws SQLException {
        postgres.execute("insert into public.t values (1, 'ab', true), (2, null, false), (3, 'own', null)");
        String local = postgres.value("select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000 from public.t where id = 1");
        apply(Micros.now(), List.of(), update(1, "x", "f"), update(4, "new", "t"));
        apply(start - 1_000_000, List.of(), insert(2, "old", "t"));
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
        apply(Micros.now(), List.of(new SeenMark("us", 1, 5, Micros.now())), update(1, "x", "f"));
        apply(Micros.now(), List.of(), update(1, "y", "f"));
        assertEquals(List.of(), history());
    }

    /** The statement's snapshot shows the row as it was before the local transaction for which it has to wait. */
    @Test
    void aRowThatOvertookTheChangeWhileItWaitedIsTheOneThatItLostTo() throws Exception {
        postgres.execute("insert into public.t values (1, 'old', true), (3, 'own', true)");
        for (RowChange change : List.of(update(1, "eu", "t"), delete(1), insert(2, "eu", "t"))) {
            postgres.execute("truncate rowmesh.conflict");
            try (Connection local = postgres.connect()) {
                local.setAutoCommit(false);
                local.createStatement().execute("update public.t set c = 'new' where id = 1; insert into public.t values (2, 'new', true)"
                        + " on conflict (id) do update set c = 'new'");
                long before = Micros.now();
                CompletableFuture<Void> applying = CompletableFuture.runAsync(() -> {
                    try {
                        apply(before, List.of(), change, update(3, "eu", "f"));
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                Thread.sleep(300);
                assertFalse(applying.isDone());
                local.commit();
                applying.get(10, TimeUnit.SECONDS);
            }
            assertEquals(List.of("kept_local", "new ", "us"), postgres.query("select decision, stored_row ->> 'c', stored_origin from rowmesh.conflict"
                    + " where row_key <> '[\"3\"]'").get(0), change.toString());
        }
        assertEquals(List.of(List.of("new "), List.of("new "), List.of("eu  ")), postgres.query("select c from public.t order by id"));
    }

    @Test
    void deletesAreKeptFromBothSides() throws SQLException {
        postgres.execute("insert into public.t values (1, 'ab', true), (2, 'cd', true)");
        apply(Micros.now(), List.of(), delete(1), delete(9));
        apply(start - 1_000_000, List.of(), delete(2));
        apply(Micros.now() - 30_000_000, List.of(), insert(1, "late", "t"));
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
        apply(Micros.now(), List.of(), insert(1, "x", "t"));
        apply(Micros.now(), List.of(new SeenMark("ap", 1, 1, deleted)), insert(2, "x", "t"));
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
        Outcome outcome = apply(Micros.now(), List.of(), changes.toArray(RowChange[]::new));
        assertEquals(Map.of(ConflictType.UPDATE_ORIGIN_DIFFERS, 5_000L), outcome.conflicts);
        assertNull(outcome.historyRefused);
        assertEquals("5000", postgres.value("select count(*) from public.t where c = 'eu'"));
        assertEquals("1001 5000", postgres.value("select count(*) || ' ' || sum(conflicts) from rowmesh.conflict"));
    }

    @Test
    void aRefusedRowAndARefusingHistoryDoNotHoldTheStreamUp() throws SQLException {
        postgres.execute("create unique index t_c on public.t (c)", "insert into public.t values (7, 'same', true)");
        apply(Micros.now(), List.of(), insert(8, "same", "t"), insert(9, "nine", "t"));
        assertEquals(List.of("update_exists", "[\"8\"]", "parked", "breaks the unique key t_c"),
                postgres.query("select type, row_key, decision, note from rowmesh.conflict").get(0));
        postgres.execute("alter table rowmesh.conflict add constraint none check (false) not valid");
        try {
            Outcome outcome = apply(Micros.now(), List.of(), update(7, "upd", "f"));
            assertTrue(outcome.historyRefused.contains("\"none\""), outcome.historyRefused);
        } finally {
            postgres.execute("alter table rowmesh.conflict drop constraint none");
        }
        assertEquals("upd ", postgres.value("select c from public.t where id = 7"));
        assertEquals("2", postgres.value("select max(sequence) from rowmesh.progress"));
    }

    private Outcome apply(long micros, List<SeenMark> seen, RowChange... changes) throws SQLException {
        return writer.apply(new TransactionHeader("eu", 1, ++sequence, micros, sequence, changes.length, 1, seen, false), List.of(changes));
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
