package io.rowmesh.applier.write;

import io.rowmesh.applier.aged.AgedRows;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.testbed.OldRows;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** H53: the number of a row's writer is another transaction's after 2^32 transactions. */
@DisabledIfSystemProperty(named = "rowmesh.databases", matches = "docker", disabledReason = "sets the counter in the server's files")
class AgedRowsTest {

    private static final long CYCLE = 1L << 32;
    private static final long OLD = 1L << 30;
    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("v", "text", false)));

    @TempDir
    Path directory;
    private TestingPostgres postgres;
    private long sequence;

    @BeforeEach
    void startPostgres() throws SQLException {
        postgres = TestingPostgres.start(directory, "18", Map.of("autovacuum", "off", "fsync", "off")).withControlTables();
        try (Connection connection = postgres.connect()) {
            VersionsSince.note(connection);
        }
        postgres.execute("create table public.t (id int primary key, v text)");
    }

    @AfterEach
    void stopPostgres() {
        postgres.close();
    }

    @Test
    void aRowIsWrittenAnewBeforeTheNumberOfItsWriterIsUsedAgain() throws SQLException {
        lookToTheEnd();
        long before = Micros.now();
        long writer = postgres.transaction("insert into public.t values (1, 'old')").xid();
        postgres.execute("insert into rowmesh.row_version values ('public', 't', '[\"1\"]', " + writer + ", '2026-01-02', 'eu', 1, 1)");
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        postgres.execute("insert into public.t values (2, 'young')");
        String young = postgres.value("select xmin from public.t where id = 2");

        lookToTheEnd();
        assertEquals("1|old\n2|young", postgres.lines("select * from public.t order by id"));
        assertEquals(young, postgres.value("select xmin from public.t where id = 2"));
        assertEquals("rowmesh_aged_rows|t", postgres.lines("select o.roname, x.\"timestamp\" < now() from public.t"
                + " cross join pg_xact_commit_timestamp_origin(t.xmin) x join pg_replication_origin o on o.roident = x.roident where id = 1"));
        assertEquals("t", postgres.value("select v.row_xmin = t.xmin::text::bigint from rowmesh.row_version v, public.t where t.id = 1"));
        postgres.execute("truncate rowmesh.row_version");
        assertEquals(1, apply(before, update("older or newer?")).parked, "only that it was written before the look is known");
        postgres.execute("truncate rowmesh.parked");

        OldRows.passTransactions(postgres, directory, CYCLE + writer - 1);
        long change = Micros.now();
        burn(3);
        assertEquals(0, apply(change, update("new")).parked);
        assertEquals("new", postgres.value("select v from public.t where id = 1"));
    }

    @Test
    void aRowOfADatabaseThatIsMetLateIsNotTakenForYoung() throws SQLException {
        long writer = postgres.transaction("insert into public.t values (1, 'old'), (2, 'old')").xid();
        OldRows.passTransactions(postgres, directory, CYCLE + writer - 1);
        long change = Micros.now();
        burn(3);
        assertEquals(1, apply(change, update("new")).skipped, "what would become of it if rows were left to age");
        postgres.execute("truncate rowmesh.versions_since");
        try (Connection connection = postgres.connect()) {
            VersionsSince.note(connection);
        }
        lookToTheEnd();
        assertEquals(1, apply(change, update("older or newer?")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(Micros.now(), update("new")).parked);
        assertEquals("new", postgres.value("select v from public.t where id = 1"));

        long young = postgres.transaction("update public.t set v = 'young' where id = 2").micros();
        lookToTheEnd();
        assertEquals(1, apply(young - 1, new RowChange.Update(T, null, new Row("2", "loses"))).skipped);
    }

    @Test
    void aRowThatSomebodyHoldsIsWrittenOnceItIsFree() throws Exception {
        long writer = postgres.transaction("insert into public.t select i, 'old' from generate_series(1, 1200) i").xid();
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        try (AgedRows aged = agedRows(); Connection user = postgres.connect(); Statement statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("select * from public.t where id = 7 for update");
            for (int i = 0; i < 5; i++) {
                aged.round();
            }
            assertTrue(aged.comesFirst());
            assertTrue(aged.notice().orElseThrow().contains("public.t"), aged.notice()::get);
            assertEquals("1", postgres.value("select count(*) from public.t where age(xmin) > " + OLD));
            user.rollback();
            while (aged.notice().isPresent()) {
                aged.round();
            }
            assertFalse(aged.comesFirst());
        }
        assertEquals("0|1200", postgres.lines("select count(*) filter (where age(xmin) > " + OLD + "), count(*) from public.t"));
    }

    @Test
    void aNumberThatIsUsedAgainWhileItIsLookedForTheFirstTimeTellsNothing() throws Exception {
        long writer = postgres.transaction("insert into public.t values (1, 'old')").xid();
        postgres.execute("truncate rowmesh.versions_since");
        OldRows.passTransactions(postgres, directory, CYCLE + writer - 8);
        try (Connection connection = postgres.connect()) {
            VersionsSince.note(connection);
        }
        long change = Micros.now();
        try (AgedRows aged = agedRows(); Connection user = postgres.connect(); Statement statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table public.t in access exclusive mode");
            aged.round();
            assertTrue(aged.notice().orElseThrow().contains("is locked by somebody"), aged.notice()::get);
            assertTrue(aged.comesFirst());
            burn(20);
            user.rollback();
            while (aged.comesFirst()) {
                aged.round();
            }
        }
        assertEquals(1, apply(change, update("older or newer?")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(Micros.now(), update("new")).parked);
    }

    @Test
    void rowsThatCannotBeUpdatedStopNothing() throws SQLException {
        long writer = postgres.transaction("insert into public.t select i, case when i = 1 then 'bad' else 'old' end from generate_series(1, 1200) i").xid();
        postgres.execute("alter table public.t add constraint no_bad check (v <> 'bad') not valid",
                "create table public.kept (id int primary key, v text)", "insert into public.kept select i, 'old' from generate_series(1, 1200) i",
                "create trigger kept before update on public.kept for each row execute function suppress_redundant_updates_trigger()",
                "alter table public.kept enable always trigger kept");
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        try (AgedRows aged = agedRows(T.id(), new TableId("public", "kept"))) {
            while (aged.comesFirst()) {
                aged.round();
            }
            String notice = aged.notice().orElseThrow();
            assertTrue(notice.contains("at least 1 rows of public.t cannot be written anew") && notice.contains("no_bad"), notice);
            assertTrue(notice.contains("rows of public.kept cannot be written anew (an update of them has no effect)"), notice);
        }
        assertEquals("1", postgres.value("select count(*) from public.t where age(xmin) > " + OLD));
    }

    @Test
    void whatCollidesWithARowOfUnknownVersionIsParked() throws SQLException {
        TableShape u = new TableShape(new TableId("public", "u"), List.of(new Column("id", "integer", true), new Column("x", "text", false)));
        postgres.execute("create table public.u (id int primary key, x text unique)", "insert into public.u values (1, 'x')");
        long between = Micros.now();
        long writer = postgres.transaction("insert into public.u values (9, 'y')").xid();
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        lookToTheEnd(u.id());
        try (TestingLanes lanes = TestingLanes.under(TableRules.newestWins(), postgres)) {
            assertEquals(1, lanes.apply("eu", between, new RowChange.Insert(u, new Row("2", "x"))).parked);
        }
    }

    @Test
    void aChangeOfARowWithSiblingsWaitsForTheCapture() throws SQLException {
        long writer = postgres.transaction("insert into public.t values (1, 'old')").xid();
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        lookToTheEnd();
        TableRules ranked = new TableRules(RowRule.REGION_PRIORITY, Map.of(), List.of(), List.of("eu", "us", "ap"), null, null);
        try (TestingLanes lanes = TestingLanes.under(ranked, postgres)) {
            assertEquals(0, lanes.apply("eu", Micros.now(), update("new")).parked);
            lanes.round();
        }
        assertEquals("new", postgres.value("select v from public.t"));
    }

    @Test
    void aRewriteOfTheTableKnowsUntilWhenSuchRowsWereWritten() throws SQLException {
        postgres.execute("insert into rowmesh.epoch values (1, 'us', 's', 'i', '0/0', now())");
        long before = Micros.now();
        long writer = postgres.transaction("insert into public.t values (1, 'old')").xid();
        OldRows.passTransactions(postgres, directory, OLD + writer + 100);
        lookToTheEnd();
        long after = Micros.now();
        postgres.execute("alter table public.t rename to other");
        lookToTheEnd(new TableId("public", "other"));
        postgres.execute("alter table public.other rename to t", "alter table public.t add column more uuid default gen_random_uuid()");
        assertEquals(1, apply(before, update("older or newer?")).parked);
        postgres.execute("truncate rowmesh.parked");
        assertEquals(0, apply(after, update("new")).parked);
        assertEquals("new", postgres.value("select v from public.t"));
    }

    private void burn(int transactions) {
        for (int i = 0; i < transactions; i++) {
            postgres.transaction("create table burn(); drop table burn");
        }
    }

    private void lookToTheEnd() throws SQLException {
        lookToTheEnd(T.id());
    }

    private void lookToTheEnd(TableId table) throws SQLException {
        try (AgedRows aged = agedRows(table)) {
            do {
                aged.round();
            } while (aged.notice().isPresent());
            assertFalse(aged.comesFirst());
        }
    }

    private AgedRows agedRows() {
        return agedRows(T.id());
    }

    private AgedRows agedRows(TableId... tables) {
        return new AgedRows(postgres.dataSource(), sessions(), new KeyLocks(), connection -> List.of(tables));
    }

    private ApplierSession sessions() {
        return new ApplierSession(postgres.jdbcUrl(), new Properties());
    }

    private Outcome apply(long micros, RowChange change) throws SQLException {
        try (TestingLanes lanes = TestingLanes.under(TableRules.LAST_WRITE_WINS, postgres)) {
            return lanes.applyAs(++sequence, "eu", micros, List.of(), change);
        }
    }

    private static RowChange update(String v) {
        return new RowChange.Update(T, null, new Row("1", v));
    }
}
