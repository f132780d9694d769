package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Row;

/**
 * What a {@link BinlogStream} tells, in the order of the log, on one thread. A transaction is begin, then rows and statements, then
 * end; one whose end does not come is void. Whatever it throws ends the stream.
 */
public interface LogReader {

    /** The stream is open. */
    void opened();

    /** Whether rows of a table are wanted; those of others are not even looked at. Names are local ones. */
    boolean wants(String database, String table);

    /** Whether anything of a database is wanted. */
    boolean wants(String database);

    /** @param commitMicros when the transaction was committed on this server, microseconds since 1970-01-01 UTC */
    void begin(String gtid, long commitMicros);

    void insert(LoggedTable table, Row after);

    /** May have another key. */
    void update(LoggedTable table, Row before, Row after);

    void delete(LoggedTable table, Row before);

    void statement(LoggedStatement statement);

    /**
     * The transaction is whole.
     *
     * @param position of its end ({@link BinlogPositions})
     * @param read     all transactions that are read, this one too; goes on growing
     */
    void end(long position, GtidSet read);

    /** Between two transactions: everything before this position has been told. */
    void reached(long position);

    /** Between two transactions: nothing more has come yet, and the next may take long. */
    void idle();
}
