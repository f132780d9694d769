package io.rowmesh.testbed.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A short torture; {@code ./rowmesh torture} takes longer ones. */
class TortureTest {

    @TempDir
    Path directory;

    @Test
    void threeRegionsEndEqualAfterFaultsOfAllKinds() throws Exception {
        endsEqual(new TortureOptions(Duration.ofSeconds(60), 20261121, 3, 2, List.of(new LastWriteWins(), new Entries()),
                Duration.ofSeconds(3), Duration.ofMinutes(5), false, Set.of(), true), 8);
    }

    @Test
    void mySqlAndPostgresEndEqual() throws Exception {
        endsEqual(new TortureOptions(Duration.ofSeconds(10), 20261122, 2, 2, List.of(new LastWriteWins(), new Entries()),
                Duration.ofSeconds(2), Duration.ofMinutes(5), false, Set.of("us"), true), 2);
    }

    private void endsEqual(TortureOptions options, int atLeast) throws Exception {
        StringWriter out = new StringWriter();
        boolean clean = new Torture(options, directory, new PrintWriter(out)).run();
        assertTrue(clean, out.toString());
        Matcher faults = Pattern.compile("(\\d+) faults \\(").matcher(out.toString());
        assertTrue(faults.find() && Integer.parseInt(faults.group(1)) >= atLeast, out.toString());
    }
}
