package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingRegion;
import io.rowmesh.testbed.Wait;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One torture, from the first database to the verdict. */
final class Torture {

    private static final Duration PROGRESS = Duration.ofSeconds(10);
    private static final Duration DELETES_GO = Duration.ofSeconds(120);
    private static final Duration AHEAD = Duration.ofMillis(-700);

    private final TortureOptions options;
    private final Path directory;
    private final PrintWriter out;
    private final Tally tally = new Tally();
    private final Pace pace = new Pace();
    private final long begun = System.nanoTime();

    private TestingMesh mesh;
    private Faults faults;
    private Watch watch;
    private ShiftedClock clock;

    Torture(TortureOptions options, Path directory, PrintWriter out) {
        this.options = options;
        this.directory = directory;
        this.out = out;
    }

    /** True when every region ends as it must. Everything it started has ended; the files stay when it is false. */
    boolean run() throws IOException, InterruptedException {
        mesh = mesh();
        boolean clean = false;
        try {
            mesh.regions().forEach(region -> region.database().execute(schema(region)));
            mesh.start();
            Random random = new Random(options.seed());
            List<Table> tables = options.workloads().stream().flatMap(workload -> workload.tables().stream()).toList();
            FaultMaker maker = new FaultMaker(mesh, tables, clock, options.clockSteps(), new Random(random.nextLong()));
            faults = new Faults(maker, options.meanGap(), new Random(random.nextLong()), this::story);
            watch = new Watch(mesh, faults, pace, this::story);
            write(random);
            String stuck = drain();
            Verdict verdict = stuck == null ? judge() : Verdict.failed(List.of(new Difference("all", "-", "-", "everything arrives", stuck)), 0);
            conclude(verdict);
            clean = verdict.clean();
            return clean;
        } finally {
            if (clean) {
                mesh.close();
            } else {
                mesh.stop();
            }
        }
    }

    private TestingMesh mesh() throws IOException {
        TestingMesh.Options chosen = new TestingMesh.Options("18", List.of("public.*"), List.of("-Xmx256m"), Map.of()).withRegions(options.regions())
                .withMySql(options.mySql().toArray(String[]::new));
        List<String> regions = TestingMesh.regionIds(options.regions());
        String rules = options.workloads().stream().flatMap(workload -> workload.rules(regions).stream()).map(rule -> "  - " + rule + "\n")
                .collect(Collectors.joining());
        chosen = rules.isEmpty() ? chosen : chosen.withYaml("rules:\n" + rules);
        clock = ShiftedClock.of("us", directory, AHEAD).orElse(null);
        say(clock == null ? "No clock is shifted: libfaketime is not installed (Debian: apt install libfaketime)." : "By libfaketime " + clock + ".");
        return new TestingMesh(directory, clock == null ? chosen : chosen.withEnvironment(clock.region(), clock.environment()));
    }

    private String[] schema(TestingRegion region) {
        return Dialect.of(region.database()).schema(options.workloads()).toArray(String[]::new);
    }

    private void write(Random random) throws InterruptedException {
        List<Writer> writers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (TestingRegion region : mesh.regions()) {
            for (int i = 1; i <= options.writers(); i++) {
                String name = region.id() + "-" + i;
                Writer writer = new Writer(region, name, options.workloads(), pace, tally, random.nextLong());
                writers.add(writer);
                threads.add(new Thread(writer, "writer-" + name));
            }
        }
        ScheduledExecutorService looking = Executors.newScheduledThreadPool(2);
        looking.scheduleWithFixedDelay(() -> guarded(watch::look), 2, 2, TimeUnit.SECONDS);
        looking.scheduleAtFixedRate(() -> guarded(this::progress), PROGRESS.toSeconds(), PROGRESS.toSeconds(), TimeUnit.SECONDS);
        threads.forEach(Thread::start);
        try {
            faults.runUntil(System.nanoTime() + options.time().toNanos());
        } finally {
            writers.forEach(Writer::stop);
            looking.shutdown();
            looking.awaitTermination(30, TimeUnit.SECONDS);
        }
        for (Thread thread : threads) {
            thread.join(60_000);
        }
    }

    /** An exception would end the repetition without a word. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            story("looking: " + e);
        }
    }

    private void progress() {
        say(String.format(Locale.ROOT, "%5d s  %9d writes  %8d transactions  %7d conflicts  backlog %5d  %4d faults", seconds(), tally.writes(),
                tally.transactions(), watch.conflicts(), watch.backlog(), faults.total()));
    }

    /** Null when everything has arrived everywhere, else what is stuck. */
    private String drain() throws InterruptedException {
        say("Writers and faults have stopped; waiting until everything has arrived ...");
        mesh.heal();
        long began = System.nanoTime();
        try {
            watch.look();
            mesh.regions().forEach(region -> region.node().awaitReady(options.drain()));
            mesh.awaitQuiet(options.drain());
            // What is repaired because of what arrived last has been shipped before the next heartbeat.
            mesh.awaitQuiet(options.drain());
            watch.look();
            say("Everything has arrived after " + (System.nanoTime() - began) / 1_000_000_000 + " s.");
            return null;
        } catch (IllegalStateException e) {
            return "stuck: " + e.getMessage();
        }
    }

    private Verdict judge() {
        Verdict verdict = Judgement.of(mesh, options.workloads());
        if (!verdict.clean()) {
            return verdict;
        }
        if (tally.mistakes() != null) {
            return Verdict.failed(List.of(new Difference("all", "-", "-", "statements that are right", tally.mistakes())), verdict.rows());
        }
        List<Difference> staying = new ArrayList<>();
        for (TestingRegion region : mesh.regions()) {
            for (String table : Dialect.of(region.database()).emptyInTheEnd()) {
                try {
                    Wait.until(DELETES_GO, () -> region.database().query("select * from " + table + " limit 3").toString(),
                            () -> region.database().value("select count(*) from " + table).equals("0"));
                } catch (IllegalStateException e) {
                    staying.add(new Difference(region.id(), table, "-", "nothing, as every region has seen the deletes", e.getMessage()));
                }
            }
        }
        return staying.isEmpty() ? verdict : Verdict.failed(staying, verdict.rows());
    }

    private void conclude(Verdict verdict) throws IOException {
        story(tally.text() + "; nodes that ended by themselves " + watch.restarts() + (clock == null ? "" : "; " + clock));
        if (!verdict.clean()) {
            Path file = directory.resolve("differences.txt");
            Story.write(file, mesh, options.workloads(), verdict.differences());
            verdict.differences().stream().limit(5).forEach(difference -> say(difference.toString()));
            say("This is a bug in rowmesh. The differing keys' stories: " + file + "; logs and databases below " + directory);
        }
        say(String.format(Locale.ROOT, "torture: seed %d, %d regions%s, %.1f minutes, %d writes in %d transactions, %d rows compared, %d conflicts,"
                        + " %d faults (%s), %s%d differences, %d lost, %d doubled", options.seed(), options.regions(),
                options.mySql().isEmpty() ? "" : " (" + String.join(", ", options.mySql()) + " on MySQL)", options.time().toSeconds() / 60.0,
                tally.writes(), tally.transactions(), verdict.rows(), watch.conflicts(), faults.total(), counts(),
                verdict.touched() == 0 ? "" : verdict.touched() + " touched, ", verdict.differences().size(),
                verdict.lost(), verdict.doubled()));
    }

    private String counts() {
        return faults.counts().entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).collect(Collectors.joining(", "));
    }

    private long seconds() {
        return (System.nanoTime() - begun) / 1_000_000_000;
    }

    private void say(String line) {
        record(line);
        out.println(line);
        out.flush();
    }

    /** What only those who look closer want to know; always in the file. */
    private void story(String line) {
        record(line);
        if (options.verbose()) {
            out.println("         " + line);
            out.flush();
        }
    }

    private synchronized void record(String line) {
        try {
            Files.writeString(directory.resolve("torture.log"), Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line + "\n",
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
