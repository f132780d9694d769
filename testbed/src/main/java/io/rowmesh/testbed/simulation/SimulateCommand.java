package io.rowmesh.testbed.simulation;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** {@code rowmesh simulate}. */
@Command(name = "simulate", mixinStandardHelpOptions = true, description = {
    "Runs histories of two to five regions in memory, with clocks that differ, links that break and machines that die, over the"
        + " code that production runs, and compares the regions at the end.",
    "Each history is wholly determined by its seed. Exit code 0 only when nothing was wrong."})
public final class SimulateCommand implements Callable<Integer> {

    private static final long MANY = 10_000;

    @Option(names = "--seeds", description = "how many histories (default: " + MANY + "), or plots of a scope (default: all)")
    private Long counted;

    /** How many histories. */
    private long seeds;

    @Option(names = "--from", defaultValue = "1", description = "the first seed (default: ${DEFAULT-VALUE})")
    private long from;

    @Option(names = "--threads", defaultValue = "0", description = "threads; 0 for one each processor (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--rules", defaultValue = "ALL", description = "which tables there may be: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Rules rules;

    @Option(names = "--seed", description = "replay the history of one seed")
    private Long seed;

    @Option(names = "--trace", description = "with --seed: print what happens, with times in microseconds")
    private boolean trace;

    @Option(names = "--fault", description = "switch a planted fault on: ${COMPLETION-CANDIDATES}")
    private Fault fault;

    @Option(names = "--planted", description = "for each planted fault, how many seeds it takes until it is found")
    private boolean planted;

    /** What {@code --scope} may name. */
    enum ScopeName { PAIRS, TRIPLES, WINDOW, EVERY_PAIR, EVERY_TRIPLE }

    @Option(names = "--scope", description = "search a small scope schedule by schedule: ${COMPLETION-CANDIDATES} (pairs or triples of"
            + " operations in three regions, or a row that is inserted anew while another region deletes it; EVERY_: in all orders in which what"
            + " happens in one region can happen, of --rules LAST_WRITE_WINS, COUNTERS or MYSQL, --seeds of them from --from on)")
    private ScopeName scope;

    @Option(names = "--deviations", defaultValue = "1", description = "with --scope: places at most in which a schedule deviates from"
            + " one in which everybody goes on until he has nothing to do (default: ${DEFAULT-VALUE})")
    private int deviations;

    @Option(names = "--orders", defaultValue = "10", description = "with --scope: orders in which everybody has his turn"
            + " (default: ${DEFAULT-VALUE})")
    private int orders;

    @Option(names = "--trials", defaultValue = "9", description = "with --planted: how often each is searched (default: ${DEFAULT-VALUE})")
    private int trials;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        seeds = counted == null ? MANY : counted;
        int workers = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        if (planted) {
            return planted(workers);
        }
        if (scope != null) {
            return scope(workers);
        }
        return seed != null ? replay() : many(workers);
    }

    private int scope(int workers) throws InterruptedException {
        return switch (scope) {
            case PAIRS -> schedules(Scope.pairs());
            case TRIPLES -> schedules(Scope.triples());
            case WINDOW -> schedules(List.of(Scope.reinsertMeetsDelete()));
            case EVERY_PAIR -> orders(Plots.of(2, tablesOfPlots(), rules == Rules.MYSQL), workers);
            case EVERY_TRIPLE -> orders(Plots.of(3, tablesOfPlots(), rules == Rules.MYSQL), workers);
        };
    }

    private int tablesOfPlots() {
        return switch (rules) {
            case ALL, LAST_WRITE_WINS, MYSQL -> Profile.ONLY_ROWS;
            case COUNTERS -> Profile.ONLY_COUNTERS;
            default -> throw new ParameterException(spec.commandLine(),
                    "every order is searched of LAST_WRITE_WINS, the default, of COUNTERS and of MYSQL, not of " + rules);
        };
    }

    private int schedules(List<SmallScope.Script> scripts) {
        SmallScope.Result result = Scope.search(scripts, fault, deviations, orders);
        return searched(result.schedules() + " schedules", result.fault());
    }

    private int orders(List<EveryOrder.Plot> plots, int workers) throws InterruptedException {
        PlotSearch search = new PlotSearch(plots.stream().skip(from - 1).limit(counted == null ? Long.MAX_VALUE : counted).toList(), fault, from);
        showEachTenSeconds(search::progress);
        search.run(workers);
        return searched(search.progress(), search.fault());
    }

    private static int searched(String what, String found) {
        System.out.println(what + ": " + (found == null ? "all regions equal in each" : found));
        return found == null ? 0 : 1;
    }

    private int replay() {
        Simulation.Result result = Simulation.run(seed, rules, fault, trace ? System.out::println : null);
        System.out.println("seed " + seed + ": " + (result.fault() == null ? "all regions equal" : result.fault())
                + " (" + result.events() + " events)");
        return result.fault() == null ? 0 : 1;
    }

    private int many(int workers) throws InterruptedException {
        Campaign campaign = new Campaign(from, seeds, rules, fault);
        long start = System.nanoTime();
        showEachTenSeconds(() -> campaign.done() + " of " + seeds + " histories, " + campaign.failures() + " failed, "
                + (System.nanoTime() - start) / 1_000_000_000 + " s");
        campaign.run(workers, () -> false);
        for (Simulation.Result failed : campaign.failed()) {
            System.out.println("seed " + failed.seed() + ": " + failed.fault());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%d histories, %d events, %d failed, %.0f s (%.0f histories/s), seeds %d to %d%n", campaign.done(),
                campaign.events(), campaign.failures(), seconds, campaign.done() / seconds, from, from + seeds - 1);
        return campaign.failures() == 0 ? 0 : 1;
    }

    private static void showEachTenSeconds(Supplier<String> text) {
        Thread progress = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(10_000);
                } catch (InterruptedException e) {
                    return;
                }
                System.err.println(text.get());
            }
        }, "progress");
        progress.setDaemon(true);
        progress.start();
    }

    private int planted(int workers) throws InterruptedException {
        int missed = 0;
        System.out.println("| fault | histories of | median | most |");
        System.out.println("| --- | --- | --- | --- |");
        for (Fault each : fault == null ? Fault.values() : new Fault[] {fault}) {
            System.err.println("searching for " + each);
            missed += switch (each.search()) {
                case SEEDS -> bySeeds(each, workers);
                case WINDOW -> bySchedules(each);
                case COVERED, STEPS -> {
                    row(each, each.search().toString().toLowerCase(java.util.Locale.ROOT).replace('_', ' '), "-");
                    yield 0;
                }
            };
        }
        System.out.println(missed == 0 ? "all that can be found are found in every trial" : missed + " not found in every trial");
        return missed == 0 ? 0 : 1;
    }

    private static void row(Fault each, String median, String most) {
        System.out.printf("| %s (`%s`) | `%s` | %s | %s |%n", each.description(), each, each.search() == Fault.Search.WINDOW ? "WINDOW" : each.rules(),
                median, most);
    }

    private int bySeeds(Fault each, int workers) throws InterruptedException {
        long[] until = new long[trials];
        for (int trial = 0; trial < trials; trial++) {
            until[trial] = seedsUntilFound(each, 1 + trial * seeds, workers);
        }
        Arrays.sort(until);
        row(each, text(until[trials / 2]) + " seeds", text(until[trials - 1]));
        return until[trials - 1] > seeds ? 1 : 0;
    }

    private int bySchedules(Fault each) {
        SmallScope.Result result = Scope.search(List.of(Scope.reinsertMeetsDelete()), each, deviations, 100);
        row(each, result.schedules() + " schedules", "-");
        return result.fault() == null ? 1 : 0;
    }

    private String text(long found) {
        return found > seeds ? "> " + seeds : Long.toString(found);
    }

    /** How many seeds it takes; more than were allowed when it is not found. */
    private long seedsUntilFound(Fault each, long first, int workers) throws InterruptedException {
        Campaign campaign = new Campaign(first, seeds, each.rules(), each);
        campaign.run(workers, () -> campaign.failures() > 0);
        return campaign.failed().stream().mapToLong(f -> f.seed() - first + 1).min().orElse(seeds + 1);
    }
}
