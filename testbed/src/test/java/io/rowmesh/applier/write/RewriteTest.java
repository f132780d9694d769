package io.rowmesh.applier.write;

import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
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
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * H51: a table of region us is rewritten, so that all its rows have the rewrite's xmin, while older changes of region eu are still
 * on their way.
 */
class RewriteTest {

    private static final String ADDS_A_COLUMN = "alter table public.t add column more uuid default gen_random_uuid()";
    private static final String CHANGES_A_TYPE = "alter table public.t alter column n type bigint";

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;

    private static final TableShape T = new TableShape(new TableId("public", "t"),
            List.of(new Column("id", "integer", true), new Column("at", "timestamp without time zone", true), new Column("v", "text", false)));
    private static final String AT = "2026-01-02 03:04:05";

    private TestingLanes us;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory).withControlTables();
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp() - interval '1 minute')",
                "insert into rowmesh.epoch values (1, 'us', 's', 'i', '0/0', now())",
                "create access method heap2 type table handler heap_tableam_handler");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        postgres.execute("drop table if exists public.t", "create table public.t (n int, id int, at timestamp, v text, primary key (at, id))",
                "truncate rowmesh.progress, rowmesh.tombstone, rowmesh.parked, rowmesh.rewrite, rowmesh.row_version");
        us = TestingLanes.under(TableRules.LAST_WRITE_WINS, postgres);
    }

    @AfterEach
    void disconnect() throws SQLException {
        us.close();
    }

    @Test
    void aChangeFromBeforeTheRewriteIsComparedWithWhatTheRowWasBefore() throws SQLException {
        insertHere(1, "older");
        long between = Micros.now();
        insertHere(2, "newer");
        postgres.execute(ADDS_A_COLUMN);
        assertEquals(Map.of(ConflictType.UPDATE_ORIGIN_DIFFERS, 2L), us.apply("eu", between, update(1, "from eu"), update(2, "from eu")).conflicts);
        assertEquals(List.of("1 from eu", "2 newer"), rows());
        assertEquals(List.of(), parked());
    }

    @Test
    void deletesAndTruncatesToo() throws SQLException {
        insertHere(1, "older");
        insertHere(2, "older");
        long between = Micros.now();
        insertHere(3, "newer");
        insertHere(4, "newer");
        postgres.execute(ADDS_A_COLUMN);
        us.apply("eu", between, delete(1), delete(3));
        assertEquals(List.of("2 older", "3 newer", "4 newer"), rows());
        us.apply("eu", between + 1, new RowChange.Truncate(T));
        assertEquals(List.of("3 newer", "4 newer"), rows());
    }

    @Test
    void aRowThatWasAppliedKeepsItsOriginForTies() throws SQLException {
        long micros = Micros.now();
        us.apply("eu", micros, update(1, "first"));
        postgres.execute(ADDS_A_COLUMN);
        us.apply("eu", micros, update(1, "later sequence of the same timestamp"));
        assertEquals(List.of("1 later sequence of the same timestamp"), rows());
        postgres.execute("alter table public.t set access method heap2");
        us.apply("ap", micros, update(1, "loses the tie"));
        assertEquals(List.of("1 later sequence of the same timestamp"), rows());
    }

    @Test
    void severalRewritesAlsoInSubtransactionsKeepTheFirstVersion() throws SQLException {
        insertHere(1, "older");
        long between = Micros.now();
        insertHere(2, "newer");
        postgres.execute("alter table public.t set access method heap2",
                "do $$ begin begin " + ADDS_A_COLUMN + "; exception when division_by_zero then end; end $$",
                "alter table public.t set unlogged", "alter table public.t set logged");
        us.apply("eu", between, update(1, "from eu"), update(2, "from eu"));
        assertEquals(List.of("1 from eu", "2 newer"), rows());
        assertEquals(List.of(), parked());
    }

    @Test
    void whereRowsCannotBeReadWhatIsOlderThanTheRewriteIsParked() throws SQLException {
        for (String rewrite : List.of(CHANGES_A_TYPE, "alter table public.t add column more uuid default gen_random_uuid() unique")) {
            postgres.execute("truncate public.t, rowmesh.parked", "create index if not exists of_n on public.t (n)");
            insertHere(1, "older");
            long between = Micros.now();
            insertHere(2, "newest");
            postgres.execute(rewrite);
            assertEquals(2, us.apply("eu", between, update(1, "nobody knows"), update(2, "nobody knows")).parked);
            assertEquals(List.of("1 older", "2 newest"), rows());
            assertEquals(List.of("RM001", "RM001"), parked());
            postgres.execute("truncate rowmesh.parked");
            assertEquals(1, us.apply("eu", between, new RowChange.Truncate(T)).parked);
            assertEquals(List.of("1 older", "2 newest"), rows());
            postgres.execute("truncate rowmesh.parked");
            us.apply("eu", Micros.now(), update(1, "from eu"), update(2, "from eu"));
            assertEquals(List.of("1 from eu", "2 from eu"), rows());
        }
    }

    @Test
    void whatTheRewritingTransactionWritesBesidesIsNotTakenForOld() throws SQLException {
        insertHere(1, "older");
        insertHere(2, "older");
        long between = Micros.now();
        postgres.execute("begin; " + ADDS_A_COLUMN + "; update public.t set v = 'with the rewrite' where id = 1; commit");
        assertEquals(2, us.apply("eu", between, update(1, "from eu"), update(2, "from eu")).parked);
        assertEquals(List.of("1 with the rewrite", "2 older"), rows());
        postgres.execute("truncate rowmesh.parked");
        us.apply("eu", Micros.now(), update(1, "newer"), update(2, "newer"));
        assertEquals(List.of("1 newer", "2 newer"), rows());
    }

    @Test
    void aLaterLocalWriteHasItsOwnVersion() throws SQLException {
        insertHere(1, "older");
        long between = Micros.now();
        postgres.execute(ADDS_A_COLUMN, "update public.t set v = 'after' where id = 1");
        us.apply("eu", between, update(1, "from eu"));
        assertEquals(List.of("1 after"), rows());
    }

    @Test
    void aRewriteThatIsRolledBackChangesNothing() throws SQLException {
        insertHere(1, "older");
        long between = Micros.now();
        postgres.execute("begin; " + ADDS_A_COLUMN + "; rollback", "update public.t set v = 'after' where id = 1");
        us.apply("eu", between, update(1, "from eu"));
        assertEquals(List.of("1 after"), rows());
        assertEquals("0", postgres.value("select count(*) from rowmesh.rewrite"));
    }

    @Test
    void aReassertedDeleteSparesARowThatWasNewerBeforeItsRewrite() throws SQLException {
        us.apply("eu", Micros.now(), update(1, "older"));
        long deleted = Micros.now();
        insertHere(2, "newer");
        postgres.execute(ADDS_A_COLUMN);
        us.localWrites().onRows(new Version(deleted, "us"), 1, 1, 0, List.of(delete(1), delete(2)));
        us.localWrites().beforeSync();
        assertEquals(List.of("2 newer"), rows());
    }

    /** What is kept goes once every region has seen the row's write; an older delete can still be remembered then. */
    @Test
    void aRepairLeavesARowAloneOfWhichNothingIsKeptAnyMore() throws SQLException {
        us.apply("eu", Micros.now(), delete(1));
        insertHere(1, "after the delete");
        postgres.execute(ADDS_A_COLUMN, "truncate rowmesh.row_version");
        us.restartLocalWrites();
        assertEquals(List.of("1 after the delete"), rows());
        us.apply("eu", Micros.now(), update(1, "newer"));
        assertEquals(List.of("1 newer"), rows());
    }

    private static void insertHere(int id, String v) {
        postgres.execute("insert into public.t (n, id, at, v) values (0, " + id + ", '" + AT + "', '" + v + "')");
    }

    private static RowChange update(int id, String v) {
        return new RowChange.Update(T, null, new Row(Integer.toString(id), AT, v));
    }

    private static RowChange delete(int id) {
        return new RowChange.Delete(T, new Row(Integer.toString(id), AT, Row.ABSENT));
    }

    private static List<String> rows() {
        return postgres.query("select id || ' ' || v from public.t order by id").stream().map(row -> row.get(0)).toList();
    }

    private static List<String> parked() {
        return postgres.query("select sqlstate from rowmesh.parked").stream().map(row -> row.get(0)).toList();
    }
}
