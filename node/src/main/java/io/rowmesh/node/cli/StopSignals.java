package io.rowmesh.node.cli;

import sun.misc.Signal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the first asks for a clean end, the second ends the process at once, and so does time when the clean
 * end takes too long. A shutdown hook could not tell the second: the JVM ignores signals while hooks run.
 */
final class StopSignals {

    private static final int PATIENCE_SECONDS = 20;
    private static final int KILLED = 130;

    private final CompletableFuture<Void> first = new CompletableFuture<>();

    private StopSignals() {
    }

    static StopSignals install() {
        StopSignals signals = new StopSignals();
        for (String name : List.of("INT", "TERM")) {
            Signal.handle(new Signal(name), signal -> signals.received());
        }
        return signals;
    }

    /** Completes with the first signal. */
    CompletableFuture<Void> first() {
        return first;
    }

    private void received() {
        if (!first.complete(null)) {
            Runtime.getRuntime().halt(KILLED);
        }
        System.err.println("rowmesh: stopping (a second signal ends it at once)");
        Thread patience = new Thread(StopSignals::giveUp, "stop-patience");
        patience.setDaemon(true);
        patience.start();
    }

    private static void giveUp() {
        try {
            TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
        } catch (InterruptedException e) {
            return;
        }
        System.err.println("rowmesh: not stopped after " + PATIENCE_SECONDS + " s; ending at once (nothing is lost)");
        Runtime.getRuntime().halt(ExitCodes.NOT_OK);
    }
}
