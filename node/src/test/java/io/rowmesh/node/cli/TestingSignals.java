package io.rowmesh.node.cli;

/** A process that waits for a signal, and then takes as long as it is told to stop. */
public final class TestingSignals {

    private TestingSignals() {
    }

    public static void main(String[] arguments) throws Exception {
        StopSignals signals = StopSignals.install();
        System.out.println("ready");
        signals.first().get();
        Thread.sleep(Long.parseLong(arguments[0]));
    }
}
