package io.rowmesh.testbed.simulation;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Every order of many plots, over some threads. */
final class PlotSearch {

    private final List<EveryOrder.Plot> plots;
    private final Fault planted;
    private final long from;
    private final long began = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong states = new AtomicLong();
    private final AtomicLong ends = new AtomicLong();
    /** Guarded by this: which are done. */
    private final BitSet done = new BitSet();
    private volatile String fault;

    PlotSearch(List<EveryOrder.Plot> plots, Fault planted) {
        this(plots, planted, 1);
    }

    /** @param from the number of the first of them, as it is told */
    PlotSearch(List<EveryOrder.Plot> plots, Fault planted, long from) {
        this.plots = plots;
        this.planted = planted;
        this.from = from;
    }

    /** Runs until all are done, or one is bad. */
    PlotSearch run(int threads) throws InterruptedException {
        Workers.run(threads, "plots", this::work);
        return this;
    }

    private void work() {
        Scene.Reader reader = new Scene.Reader();
        for (int number = next.getAndIncrement(); number < plots.size() && fault == null; number = next.getAndIncrement()) {
            try {
                search(number, reader);
            } catch (RuntimeException e) {
                fault = "plot " + (from + number) + ": " + e;
                throw e;
            }
        }
    }

    private void search(int number, Scene.Reader reader) {
        EveryOrder.Result result = new EveryOrder(plots.get(number), planted, reader).run();
        states.addAndGet(result.states());
        ends.addAndGet(result.ends());
        fault = result.fault() == null ? fault : "plot " + (from + number) + ": " + result.fault();
        done(number);
    }

    private synchronized void done(int number) {
        done.set(number);
    }

    /** What the first bad one showed; null when none was bad. */
    String fault() {
        return fault;
    }

    synchronized int done() {
        return done.cardinality();
    }

    String text() {
        return done() + " of " + plots.size() + " plots, " + states + " states, " + ends + " ends";
    }

    /** With how fast it is, and with what to begin again where it is interrupted. */
    String progress() {
        long seconds = Math.max(1, (System.nanoTime() - began) / 1_000_000_000);
        return text() + ", " + seconds + " s, " + states.get() / seconds + " states/s, all before --from " + firstLeft() + " are done";
    }

    private synchronized long firstLeft() {
        return from + done.nextClearBit(0);
    }
}
