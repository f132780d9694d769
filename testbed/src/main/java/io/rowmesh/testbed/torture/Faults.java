package io.rowmesh.testbed.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets faults happen, one after the other and some at once, until told to stop; then every one that is still under way is
 * ended. Each has a thread of its own while it lasts, as a crashed database may take long to come back.
 */
final class Faults {

    private static final int AT_ONCE = 3;

    private final FaultMaker maker;
    private final Random random;
    private final int meanGapMillis;
    private final Consumer<String> story;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<CompletableFuture<Void>> underWay = new ArrayList<>();
    private final Set<String> places = new HashSet<>();
    private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    private volatile String failure;

    /**
     * @param meanGap mean time between the begins of two faults
     * @param story   is told of every begin and end
     */
    Faults(FaultMaker maker, Duration meanGap, Random random, Consumer<String> story) {
        this.maker = maker;
        this.meanGapMillis = (int) meanGap.toMillis();
        this.random = random;
        this.story = story;
    }

    /** Returns at the deadline (nanoTime), with every fault ended and everything running again. */
    void runUntil(long deadline) throws InterruptedException {
        while (System.nanoTime() < deadline && failure == null) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(2 * meanGapMillis));
            begin(maker.next());
        }
        for (CompletableFuture<Void> fault : List.copyOf(underWay)) {
            fault.join();
        }
        threads.shutdown();
        if (failure != null) {
            throw new IllegalStateException("a fault could not be made or ended: " + failure);
        }
    }

    private void begin(Fault fault) {
        underWay.removeIf(CompletableFuture::isDone);
        synchronized (this) {
            if (underWay.size() >= AT_ONCE || !places.add(fault.place())) {
                return;
            }
            counts.merge(fault.kind(), 1, Integer::sum);
        }
        underWay.add(CompletableFuture.runAsync(() -> suffer(fault), threads));
    }

    private void suffer(Fault fault) {
        try {
            story.accept(fault.toString());
            fault.begin().run();
            Thread.sleep(fault.length().toMillis());
            fault.end().run();
            story.accept("over: " + fault.kind() + " " + fault.place());
        } catch (Exception e) {
            failed(fault, e);
        } finally {
            synchronized (this) {
                places.remove(fault.place());
            }
        }
    }

    /** Some faults cannot be made while another one is under way (a lock in a database that is down): no harm. */
    private void failed(Fault fault, Exception e) {
        switch (fault.kind()) {
            case ROWS_LOCKED, LOG_FLUSHED, WALSENDER_ENDED, APPLIER_ENDED -> story.accept("not possible now: " + fault + ": " + e.getMessage());
            default -> failure = fault + ": " + e;
        }
    }

    /** Whether something is being done to a place right now. */
    synchronized boolean at(String place) {
        return places.contains(place);
    }

    synchronized Map<FaultKind, Integer> counts() {
        return new EnumMap<>(counts);
    }

    synchronized int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
