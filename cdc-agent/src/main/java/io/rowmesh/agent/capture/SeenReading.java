package io.rowmesh.agent.capture;

import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.Record4;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

import static io.rowmesh.schema.control.Tables.PROGRESS;

/**
 * Reads what is applied here from other regions such that it is exact at one place of the log. An applied transaction holds its
 * lock on the progress table from its first statement until its commit stands in the log, so under a lock that excludes it every
 * such transaction has either committed before, and is visible, or commits after the lock is gone.
 */
final class SeenReading {

    /** Prefix of the logical message that carries a reading at its place in the log. */
    static final String MESSAGE = "rowmesh.seen";

    // A large transaction being applied is not worth waiting for: lanes would queue behind us. The capture tries again.
    private static final String LOCK = "set local lock_timeout = '5s'; lock table rowmesh.progress in share mode;"
            + " set local lock_timeout = 0";
    private static final String PUBLISHED = """
            select from pg_publication_tables where pubname = ? and schemaname = 'rowmesh' and tablename = 'progress'""";

    private SeenReading() {
    }

    /** What must stand at the same place in the log as the reading. */
    interface AtThatPlace<T> {
        T run(List<SeenMark> reading) throws SQLException;
    }

    /** Whether applied transactions show their progress to a capture of this publication from here on. */
    static boolean published(Connection connection, String publication) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(PUBLISHED)) {
            query.setString(1, publication);
            return query.executeQuery().next();
        }
    }

    /** Within one transaction, under the lock. The connection is in autocommit before and after. */
    static <T> T at(Connection connection, AtThatPlace<T> step) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
            T result = step.run(read(connection));
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /**
     * Writes a reading into the log, where the capture meets it.
     *
     * @param secret known to the change log alone, so that nobody else's message is taken for ours
     */
    static void write(Connection connection, String secret) throws SQLException {
        at(connection, reading -> {
            try (PreparedStatement emit = connection.prepareStatement("select pg_logical_emit_message(true, ?, ?)")) {
                emit.setString(1, MESSAGE);
                emit.setString(2, text(secret, reading));
                return emit.execute();
            }
        });
    }

    private static List<SeenMark> read(Connection connection) {
        return ControlSchema.sql(connection)
                .select(PROGRESS.ORIGIN, PROGRESS.EPOCH, PROGRESS.SEQUENCE, PROGRESS.COMMITTED_AT)
                .distinctOn(PROGRESS.ORIGIN).from(PROGRESS)
                .orderBy(PROGRESS.ORIGIN, PROGRESS.EPOCH.desc(), PROGRESS.SEQUENCE.desc())
                .fetch(SeenReading::mark);
    }

    private static SeenMark mark(Record4<String, Integer, Long, OffsetDateTime> row) {
        OffsetDateTime time = row.value4();
        return new SeenMark(row.value1(), row.value2(), row.value3(), time.toEpochSecond() * 1_000_000 + time.getNano() / 1_000);
    }

    /** A line for the secret, then one for each origin. */
    static String text(String secret, List<SeenMark> reading) {
        StringBuilder text = new StringBuilder(secret);
        reading.forEach(mark -> text.append('\n').append(mark.epoch()).append(' ').append(mark.sequence()).append(' ')
                .append(mark.commitMicros()).append(' ').append(mark.origin()));
        return text.toString();
    }

    /** What a message says; null when it was not written with this secret. */
    static List<SeenMark> parse(String content, String secret) {
        String[] lines = content.split("\n");
        if (!lines[0].equals(secret)) {
            return null;
        }
        List<SeenMark> reading = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(" ", 4);
            reading.add(new SeenMark(parts[3], Integer.parseInt(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])));
        }
        return reading;
    }
}
