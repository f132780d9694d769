package io.rowmesh.applier.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * The daily partitions (UTC) of {@code rowmesh.conflict}: made ahead, and dropped once all they hold is older than what is
 * kept. The node's role owns them and needs nobody for it. A day without a partition is no fault: its rows go to the default
 * one, and move when the day's is made.
 */
public final class HistoryPartitions {

    private static final String PREFIX = "conflict_";
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;
    private static final int DAYS_AHEAD = 3;
    /** Making and dropping wait for lanes that have conflicts, and lanes then wait behind it: not for long. */
    private static final String PATIENCE = "set local lock_timeout = '500ms'";

    private final DataSource pool;
    private final Duration keep;

    /** @param keep how long a conflict stays in the history */
    public HistoryPartitions(DataSource pool, Duration keep) {
        this.pool = pool;
        this.keep = keep;
    }

    /** Makes what is missing and drops what is over. What fails, for want of a lock for example, is done by the next call. */
    public void step() throws SQLException {
        step(Instant.now());
    }

    void step(Instant now) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                step(connection, now);
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private void step(Connection connection, Instant now) throws SQLException {
        Set<LocalDate> present = days(connection);
        connection.commit();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        for (LocalDate day = today; !day.isAfter(today.plusDays(DAYS_AHEAD)); day = day.plusDays(1)) {
            if (!present.contains(day)) {
                make(connection, day);
            }
        }
        LocalDate oldest = LocalDate.ofInstant(now.minus(keep), ZoneOffset.UTC);
        for (LocalDate day : present) {
            if (day.isBefore(oldest)) {
                execute(connection, PATIENCE, "drop table rowmesh." + name(day));
            }
        }
        pruneDefault(connection, now.minus(keep));
    }

    private static Set<LocalDate> days(Connection connection) throws SQLException {
        Set<LocalDate> days = new TreeSet<>();
        try (PreparedStatement query = connection.prepareStatement("""
                select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'rowmesh.conflict'::regclass and c.relname ~ '^conflict_[0-9]{8}$'""");
             ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                days.add(LocalDate.parse(rows.getString(1).substring(PREFIX.length()), DAY));
            }
        }
        return days;
    }

    /** Made by itself and attached, which lets lanes go on; rows of that day in the default partition move over. */
    private static void make(Connection connection, LocalDate day) throws SQLException {
        String table = "rowmesh." + name(day);
        String from = "'" + day + " 00:00:00+00'";
        String to = "'" + day.plusDays(1) + " 00:00:00+00'";
        execute(connection, PATIENCE,
                "create table " + table + " (like rowmesh.conflict including defaults including indexes)",
                "lock table rowmesh.conflict_default in access exclusive mode",
                "with moved as (delete from rowmesh.conflict_default where noted_at >= " + from + " and noted_at < " + to + " returning *)"
                        + " insert into " + table + " select * from moved",
                "alter table rowmesh.conflict attach partition " + table + " for values from (" + from + ") to (" + to + ")");
    }

    private static void pruneDefault(Connection connection, Instant before) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from rowmesh.conflict_default where noted_at < ?::timestamptz")) {
            delete.setString(1, before.toString());
            delete.executeUpdate();
        }
        connection.commit();
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        connection.commit();
    }

    private static String name(LocalDate day) {
        return PREFIX + DAY.format(day);
    }
}
