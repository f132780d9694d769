package io.rowmesh.testbed.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The clock of one region's database, wrong by an amount that can be changed while the server runs. By libfaketime (Debian's
 * package {@code libfaketime}), which reads the amount from a file.
 */
final class ShiftedClock {

    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib64/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/faketime/libfaketime.so.1"));
    /** Well below the nodes' max-clock-skew, which stops applying. */
    private static final Duration MOST = Duration.ofSeconds(3);

    private final String region;
    private final Path library;
    private final Path file;
    private Duration ahead;

    private ShiftedClock(String region, Path library, Path file, Duration ahead) {
        this.region = region;
        this.library = library;
        this.file = file;
        this.ahead = ahead;
    }

    /** Empty where libfaketime is not installed. */
    static Optional<ShiftedClock> of(String region, Path directory, Duration ahead) throws IOException {
        Optional<Path> library = LIBRARIES.stream().filter(Files::exists).findFirst();
        if (library.isEmpty()) {
            return Optional.empty();
        }
        ShiftedClock clock = new ShiftedClock(region, library.get(), directory.resolve("clock-of-" + region), ahead);
        clock.set();
        return Optional.of(clock);
    }

    String region() {
        return region;
    }

    /** For the server's processes. The file is read at every look at the clock, so that all of them step at once. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE", file.toString(), "FAKETIME_NO_CACHE", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1", "NO_FAKE_STAT", "1", "FAKETIME_DISABLE_SHM", "1");
    }

    /** A step, back if it is negative. */
    void move(Duration by) throws IOException {
        long millis = ahead.plus(by).toMillis();
        ahead = Duration.ofMillis(Math.max(-MOST.toMillis(), Math.min(MOST.toMillis(), millis)));
        set();
    }

    private void set() throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, String.format(Locale.ROOT, "%+.6f\n", ahead.toNanos() / 1e9));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return "the clock of " + region + " is " + ahead.toMillis() + " ms ahead";
    }
}
