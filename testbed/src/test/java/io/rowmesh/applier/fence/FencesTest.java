package io.rowmesh.applier.fence;

import io.rowmesh.schema.Seen;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FencesTest {

    @TempDir
    static Path directory;
    private static TestingPostgres postgres;
    private static DataSource pool;

    private final AtomicLong nanos = new AtomicLong();
    private Fences fences;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start(directory).withControlTables();
        pool = postgres.dataSource();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void begin() throws SQLException {
        postgres.execute("truncate rowmesh.fence");
        node();
    }

    private void node() throws SQLException {
        fences = new Fences(pool, List.of("eu", "ap"), Duration.ofSeconds(100), nanos::get);
    }

    private void look(int afterSeconds, Seen applied) throws SQLException {
        nanos.addAndGet(afterSeconds * 1_000_000_000L);
        fences.look(applied);
    }

    @Test
    void whoIsSilentForTooLongIsFencedUntilTheFenceIsLifted() throws SQLException {
        Seen seen = Seen.NONE.with("eu", 1, 5).with("ap", 1, 5);
        look(50, seen);
        look(45, seen.with("ap", 1, 6));
        assertFalse(fences.isFenced("eu"));
        look(6, seen.with("ap", 1, 7));
        assertTrue(fences.isFenced("eu"));
        assertFalse(fences.isFenced("ap"));
        FencedException refused = assertThrows(FencedException.class, () -> fences.pass("eu"));
        assertTrue(refused.getMessage().contains("load it again"), refused.getMessage());
        fences.pass("ap").close();
        node();
        assertTrue(fences.isFenced("eu"), "it is durable");
        postgres.execute("delete from rowmesh.fence where region = 'eu'");
        look(2, seen.with("ap", 1, 8));
        fences.pass("eu").close();
    }

    /** A node that was down, or whose own database gave no answer, heard nothing and has dropped nothing. */
    @Test
    void onlyTimeInWhichThisNodeCouldHearIsCounted() throws SQLException {
        Seen seen = Seen.NONE.with("eu", 1, 5);
        look(40, seen);
        nanos.addAndGet(1_000_000_000_000_000L);
        node();
        look(40, seen);
        assertFalse(fences.isFenced("eu"));
        assertEquals("80", postgres.value("select silent_seconds from rowmesh.fence where region = 'eu'"));
    }

    @Test
    void noFenceComesUpWhileSomethingIsBeingApplied() throws SQLException {
        look(40, Seen.NONE);
        try (Fences.Passage passage = fences.pass("eu")) {
            look(90, Seen.NONE.with("ap", 1, 1));
            assertFalse(fences.isFenced("eu"));
        }
        look(1, Seen.NONE.with("ap", 1, 2));
        assertTrue(fences.isFenced("eu"));
    }
}
