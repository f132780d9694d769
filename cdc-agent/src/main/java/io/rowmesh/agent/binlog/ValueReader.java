package io.rowmesh.agent.binlog;

/** Reads one value that is not null and answers with its exact text. */
@FunctionalInterface
interface ValueReader {

    String read(LogBytes in);
}
