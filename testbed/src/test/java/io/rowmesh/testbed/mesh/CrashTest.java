package io.rowmesh.testbed.mesh;

import io.rowmesh.schema.Step;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Under load in both regions, a node dies at every step of a change's life, then either database; nothing is lost or doubled. */
class CrashTest {

    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    static Path directory;
    private static TestingMesh mesh;

    @BeforeAll
    static void start() {
        mesh = new TestingMesh(directory, new TestingMesh.Options("18", Ledger.TABLES, List.of("-Xmx256m"), Map.of()));
        mesh.execute(Ledger.SCHEMA).start();
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void aNodeThatDiesAtAStepLosesAndDoublesNothing(Step step) throws InterruptedException {
        clear();
        TestingRegion victim = step.ordinal() % 2 == 0 ? mesh.eu() : mesh.us();
        victim.node().stop();
        Ledger ledger = new Ledger(mesh).start();
        victim.node().start("-Drowmesh.halt-at=" + step + ":" + (20 + step.ordinal()));
        assertEquals(137, victim.node().awaitExit(Duration.ofSeconds(180)), "the node halted at " + step);
        victim.node().start();
        victim.node().awaitReady(Duration.ofSeconds(120));
        ledger.stop();
        ledger.assertNothingLostOrDoubled(LIMIT);
    }

    @Test
    void aNodeKilledAgainAndAgainLosesAndDoublesNothing() throws InterruptedException {
        clear();
        Ledger ledger = new Ledger(mesh).start();
        for (int i = 0; i < 4; i++) {
            TestingRegion victim = mesh.regions().get(i % 2);
            Thread.sleep(500 + 300L * i);
            victim.node().kill();
            victim.node().start();
            victim.node().awaitReady(Duration.ofSeconds(120));
        }
        ledger.stop();
        ledger.assertNothingLostOrDoubled(LIMIT);
    }

    @Test
    void aDatabaseThatCrashesLosesAndDoublesNothing() throws InterruptedException {
        clear();
        Ledger ledger = new Ledger(mesh).start();
        for (int i = 0; i < 4; i++) {
            TestingRegion victim = mesh.regions().get(i % 2);
            Thread.sleep(1_500);
            victim.postgres().kill();
            victim.postgres().start();
        }
        Thread.sleep(1_000);
        ledger.stop();
        assertTrue(ledger.written() > 100, "the writers wrote");
        ledger.assertNothingLostOrDoubled(LIMIT);
    }

    /** Each test counts from zero; the emptying itself travels too. */
    private static void clear() {
        mesh.awaitQuiet(LIMIT);
        mesh.eu().postgres().execute("delete from entries", "delete from counters", "delete from hot");
        mesh.awaitQuiet(LIMIT);
        mesh.regions().forEach(region -> region.postgres().execute("truncate applications"));
    }
}
