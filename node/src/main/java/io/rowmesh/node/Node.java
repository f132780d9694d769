package io.rowmesh.node;

import io.rowmesh.node.config.NodeConfig;

import java.util.concurrent.CompletableFuture;

/** A running node. */
public final class Node implements AutoCloseable {

    private Node() {
    }

    /** Starts everything, or throws with one sentence and leaves nothing running. */
    public static Node start(NodeConfig config) {
        throw new IllegalStateException("the node of region " + config.region() + " cannot be started: it is not wired yet");
    }

    /** Begins a new epoch of the region's log with the node stopped; returns its number. */
    public static int newEpoch(NodeConfig config) {
        throw new IllegalStateException("a new epoch of region " + config.region() + " cannot be begun: it is not wired yet");
    }

    /** Completes when the node ends by itself: exceptionally, with one sentence, when it failed. */
    public CompletableFuture<Void> ended() {
        return new CompletableFuture<>();
    }

    /** Stops within seconds. */
    @Override
    public void close() {
        // Nothing runs.
    }
}
