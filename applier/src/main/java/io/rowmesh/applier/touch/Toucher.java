package io.rowmesh.applier.touch;

import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.TouchStart;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Touches the keys that wait (convergence rule 7): a normal local transaction of the node re-states each row as it stands, by an
 * update that changes nothing, and a missing row by a message that stands for its delete. Its version is an ordinary one, and
 * it is captured and shipped like any other transaction.
 */
final class Toucher {

    private static final Logger LOG = LoggerFactory.getLogger(Toucher.class);
    private static final int AT_ONCE = 200;
    private static final int ROUND = 2_000;

    private final TouchDatabase database;
    private final LogVersions versions;
    private final Clocks clocks;
    private final TouchesUnderWay underWay;
    private final String secret;
    private volatile String waiting;

    Toucher(TouchDatabase database, LogVersions versions, Clocks clocks, TouchesUnderWay underWay, String secret) {
        this.database = database;
        this.versions = versions;
        this.clocks = clocks;
        this.underWay = underWay;
        this.secret = secret;
    }

    /** Touches what may be touched now. Call it every second or so; one thread at a time. */
    void round() throws SQLException {
        try (TouchSession session = database.open()) {
            Map<TableId, List<PendingTouch>> byTable = new LinkedHashMap<>();
            for (PendingTouch key : session.oldest(ROUND)) {
                byTable.computeIfAbsent(key.key().table(), t -> new ArrayList<>()).add(key);
            }
            waiting = null;
            for (List<PendingTouch> keys : byTable.values()) {
                touchTable(session, keys);
            }
        }
    }

    private void touchTable(TouchSession session, List<PendingTouch> keys) throws SQLException {
        for (PendingTouch whole : keys) {
            if (whole.key().isWholeTable()) {
                touch(session, List.of(whole));
            }
        }
        List<PendingTouch> rows = keys.stream().filter(k -> !k.key().isWholeTable()).toList();
        for (int from = 0; from < rows.size(); from += AT_ONCE) {
            touch(session, rows.subList(from, Math.min(rows.size(), from + AT_ONCE)));
        }
    }

    /** One transaction; when the database does not take it, key by key, so that one locked row holds no other up. */
    private void touch(TouchSession session, List<PendingTouch> keys) throws SQLException {
        session.rollback();
        if (!mayBegin(session, keys)) {
            return;
        }
        List<PendingTouch> begun = keys.stream().filter(k -> underWay.begin(k.key(), clocks.nanos())).toList();
        if (begun.isEmpty() || attempt(session, begun) || begun.size() == 1) {
            return;
        }
        for (PendingTouch key : begun) {
            if (underWay.begin(key.key(), clocks.nanos())) {
                attempt(session, List.of(key));
            }
        }
    }

    private boolean mayBegin(TouchSession session, List<PendingTouch> keys) throws SQLException {
        long newest = versions.newest();
        long latest = clocks.latestCredible(versions);
        for (PendingTouch key : keys) {
            boolean visible = session.isVisible(key);
            long clock = session.clockMicros();
            if (!TouchStart.may(visible, clock, newest, latest)) {
                waiting = visible ? reason(clock, newest, latest) : "their transactions are not visible yet";
                return false;
            }
        }
        return true;
    }

    private static String reason(long clock, long newest, long latest) {
        return clock > latest ? "the database's clock is " + (clock - latest) / 1_000 + " ms further ahead than is credible"
                : "the database's clock is " + (newest - clock) / 1_000 + " ms behind what was already applied or shipped here";
    }

    /** @return whether it was committed */
    private boolean attempt(TouchSession session, List<PendingTouch> keys) throws SQLException {
        List<WrittenKey> names = keys.stream().map(PendingTouch::key).toList();
        try {
            session.touch(keys, secret);
            session.commit();
            return true;
        } catch (SQLException e) {
            boolean answered = e.getSQLState() != null && !e.getSQLState().startsWith("08");
            if (!answered) {
                // It may be committed: then it is captured, or forgotten after a while.
                throw e;
            }
            session.rollback();
            underWay.ended(names);
            LOG.warn("{} keys of {} cannot be touched: {}", names.size(), names.get(0).table(), e.getMessage());
            waiting = e.getMessage();
            return false;
        }
    }

    /** Why keys still wait, null when nothing is in the way. */
    String waiting() {
        return waiting;
    }
}
