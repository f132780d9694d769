package io.rowmesh.node.cli;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class StopSignalsTest {

    private static Process start(long stopMillis) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), TestingSignals.class.getName(), Long.toString(stopMillis))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        assertEquals("ready", process.inputReader().readLine());
        return process;
    }

    @Test
    void theFirstStopsCleanly() throws Exception {
        Process process = start(0);
        process.destroy();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
    }

    @Test
    void theSecondStopsAtOnce() throws Exception {
        Process process = start(60_000);
        process.destroy();
        assertTrue(!process.waitFor(500, TimeUnit.MILLISECONDS));
        process.destroy();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals(130, process.exitValue());
    }
}
