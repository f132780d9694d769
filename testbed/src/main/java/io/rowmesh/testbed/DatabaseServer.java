package io.rowmesh.testbed;

/** A server that can be crashed: a process of ours ({@link EmbeddedPostgres}, {@link EmbeddedMySql}) or a container ({@link DockerServer}). */
interface DatabaseServer extends AutoCloseable {

    /** Starts it, on the same port and data each time. It may not answer yet. */
    void start();

    boolean alive();

    /** SIGKILL: a crash. */
    void kill();

    /** A fast, clean shutdown. */
    void stop();

    /** What it printed. */
    String log();

    /** Ends it and removes its data. */
    @Override
    void close();
}
