package io.rowmesh.testbed.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Many histories, of one seed after the other, over some threads. */
public final class Campaign {

    private static final int REMEMBERED = 20;

    private final long first;
    private final long count;
    private final Rules rules;
    private final Fault planted;
    private final AtomicLong next;
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final List<Simulation.Result> failed = new ArrayList<>();

    public Campaign(long first, long count, Fault planted) {
        this(first, count, Rules.ALL, planted);
    }

    public Campaign(long first, long count, Rules rules, Fault planted) {
        this.rules = rules;
        this.first = first;
        this.count = count;
        this.planted = planted;
        this.next = new AtomicLong(first);
    }

    /** Runs until all seeds are done, or until told to stop. */
    public Campaign run(int threads, BooleanSupplier stop) throws InterruptedException {
        Workers.run(threads, "simulate", () -> work(stop));
        return this;
    }

    private void work(BooleanSupplier stop) {
        for (long seed = next.getAndIncrement(); seed < first + count && !stop.getAsBoolean(); seed = next.getAndIncrement()) {
            Simulation.Result result = Simulation.run(seed, rules, planted, null);
            events.addAndGet(result.events());
            done.incrementAndGet();
            if (result.fault() != null) {
                note(result);
            }
        }
    }

    private synchronized void note(Simulation.Result result) {
        failures.incrementAndGet();
        if (failed.size() < REMEMBERED) {
            failed.add(result);
        }
    }

    /** The first failures that were met. */
    public synchronized List<Simulation.Result> failed() {
        return List.copyOf(failed);
    }

    public long failures() {
        return failures.get();
    }

    public long done() {
        return done.get();
    }

    public long events() {
        return events.get();
    }
}
