package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.Directories;
import io.rowmesh.testbed.TestingMesh;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code rowmesh torture}. */
@Command(name = "torture", mixinStandardHelpOptions = true, description = {
    "Writes at random in three real databases, PostgreSQL or MySQL, while everything around them fails, then compares.",
    "Nodes and databases are killed, links are cut, hang and crawl, a clock is wrong. In the end every row must be the one that"
            + " the writers' own ledgers call the newest, in every region, with its version.",
    "Exit code 0 only when there is no difference; otherwise the files are kept."})
public final class TortureCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--minutes", defaultValue = "5", description = "how long to write and to break (default: ${DEFAULT-VALUE})")
    private double minutes;

    @Option(names = "--seed", description = "of all chance (default: another one each time)")
    private Long seed;

    @Option(names = "--regions", defaultValue = "3", description = "2 to 5 (default: ${DEFAULT-VALUE})")
    private int regions;

    @Option(names = "--writers", defaultValue = "3", description = "connections that write in each region (default: ${DEFAULT-VALUE})")
    private int writers;

    @Option(names = "--rules", split = ",", defaultValue = "last-write-wins",
            description = "which rules' tables to write: last-write-wins, counters, column-merge, siblings, unique (default: ${DEFAULT-VALUE})")
    private List<String> rules;

    @Option(names = "--fault-every", defaultValue = "7", description = "mean seconds between faults (default: ${DEFAULT-VALUE})")
    private double faultEvery;

    @Option(names = "--drain-minutes", defaultValue = "10",
            description = "how long everything may take to arrive in the end (default: ${DEFAULT-VALUE})")
    private double drainMinutes;

    @Option(names = "--clock-steps", description = "one clock also steps back; rows that a node states anew because of that are counted")
    private boolean clockSteps;

    @Option(names = "--mysql", split = ",", defaultValue = "",
            description = "regions on MySQL, of eu, us, ap, sa, af in this order (default: none); their mesh has tables under last-write-wins only")
    private List<String> mySql;

    @Option(names = "--verbose", description = "tell of every fault")
    private boolean verbose;

    @Override
    public Integer call() throws Exception {
        if (regions < 2 || regions > 5) {
            throw new ParameterException(spec.commandLine(), "--regions must be 2 to 5.");
        }
        mySql.removeIf(String::isEmpty);
        requireMySql(TestingMesh.regionIds(regions));
        Path directory = Files.createTempDirectory("rowmesh-torture-");
        boolean clean = new Torture(options(), directory, spec.commandLine().getOut()).run();
        if (clean) {
            Directories.delete(directory);
        }
        return clean ? 0 : 1;
    }

    private void requireMySql(List<String> ids) {
        if (!ids.containsAll(mySql)) {
            throw new ParameterException(spec.commandLine(), "--mysql: the regions are " + String.join(", ", ids) + ".");
        }
        if (!mySql.isEmpty() && !rules.equals(List.of("last-write-wins"))) {
            throw new ParameterException(spec.commandLine(), "--mysql: MySQL regions have tables under last-write-wins only; leave --rules out.");
        }
    }

    private TortureOptions options() {
        return new TortureOptions(seconds(minutes * 60), seed == null ? System.nanoTime() & 0xffffff : seed, regions, writers, workloads(),
                seconds(faultEvery), seconds(drainMinutes * 60), clockSteps, Set.copyOf(mySql), verbose);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1_000));
    }

    private List<Workload> workloads() {
        List<Workload> all = List.of(new LastWriteWins(), new Counters(), new Columns(), new Siblings(), new UniqueNames());
        for (String rule : rules) {
            if (all.stream().noneMatch(workload -> workload.name().equals(rule))) {
                throw new ParameterException(spec.commandLine(), "--rules: there are no tables for " + rule + "; there are for "
                        + all.stream().map(Workload::name).toList() + ".");
            }
        }
        List<Workload> chosen = new ArrayList<>(all.stream().filter(w -> rules.contains(w.name())).toList());
        chosen.add(new Entries());
        return chosen;
    }
}
