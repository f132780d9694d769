package io.rowmesh.testbed.simulation;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Every order of many plots, over some threads. */
final class PlotSearch {

    private final List<EveryOrder.Plot> plots;
    private final Fault planted;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicLong states = new AtomicLong();
    private final AtomicLong ends = new AtomicLong();
    private volatile String fault;

    PlotSearch(List<EveryOrder.Plot> plots, Fault planted) {
        this.plots = plots;
        this.planted = planted;
    }

    /** Runs until all are done, or one is bad. */
    PlotSearch run(int threads) throws InterruptedException {
        Workers.run(threads, "plots", this::work);
        return this;
    }

    private void work() {
        for (int number = next.getAndIncrement(); number < plots.size() && fault == null; number = next.getAndIncrement()) {
            EveryOrder.Result result = new EveryOrder(plots.get(number), planted).run();
            states.addAndGet(result.states());
            ends.addAndGet(result.ends());
            fault = result.fault() == null ? fault : result.fault();
            done.incrementAndGet();
        }
    }

    /** What the first bad one showed; null when none was bad. */
    String fault() {
        return fault;
    }

    int done() {
        return done.get();
    }

    String text() {
        return done + " of " + plots.size() + " plots, " + states + " states, " + ends + " ends";
    }
}
