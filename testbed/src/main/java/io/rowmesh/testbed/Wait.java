package io.rowmesh.testbed;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for something that must become true within a bounded time. */
public final class Wait {

    private Wait() {
    }

    /** @throws IllegalStateException with the explanation when the time is over */
    public static void until(Duration limit, Supplier<String> otherwise, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("after " + limit.toSeconds() + " s: " + otherwise.get());
                }
                Thread.sleep(50);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(otherwise.get(), e);
        }
    }
}
