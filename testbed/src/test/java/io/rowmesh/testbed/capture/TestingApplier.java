package io.rowmesh.testbed.capture;

import io.rowmesh.schema.ReplicationOrigin;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes as a lane does: under a region's replication origin, with a progress row first. */
final class TestingApplier implements AutoCloseable {

    private final String region;
    private final Connection connection;
    private final int epoch;
    private long sequence;

    TestingApplier(TestingCapture capture, String region, int epoch, long lastSequence) throws SQLException {
        this.region = region;
        this.epoch = epoch;
        this.sequence = lastSequence;
        this.connection = session(capture, ReplicationOrigin.name(region));
    }

    /** A session whose commits carry a replication origin, without autocommit. */
    static Connection session(TestingCapture capture, String origin) throws SQLException {
        Connection connection = capture.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_replication_origin_create('" + origin + "') where pg_replication_origin_oid('" + origin + "') is null");
            statement.execute("select pg_replication_origin_session_setup('" + origin + "')");
            statement.execute("set session_replication_role = replica; set synchronous_commit = off");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    long sequence() {
        return sequence;
    }

    /** One source transaction. */
    void apply(String... statements) throws SQLException {
        begin();
        run(statements);
        connection.commit();
    }

    /** Opens a transaction, which {@link #commit} or {@link #rollback} ends. */
    void begin() throws SQLException {
        run("insert into rowmesh.progress values ('" + region + "', " + epoch + ", " + (sequence + 1) + ", clock_timestamp())",
                "select pg_replication_origin_xact_setup('0/0', clock_timestamp())");
        sequence++;
    }

    void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
        sequence--;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
