package io.rowmesh.applier.fence;

import io.rowmesh.schema.Seen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * Which regions are fenced here. While one is silent its tombstones and other traces of deletes must be kept, as what it ships
 * later may be older than they are. Beyond max-silence they are no longer kept for it, and so nothing that it ships may be
 * applied any more: it could bring the dead back. First its lane stops, then the fence is durable, and only then does the
 * collection of tombstones pass it over.
 */
public final class Fences {

    private static final Logger LOG = LoggerFactory.getLogger(Fences.class);
    private static final Duration SAVE_EVERY = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final DataSource pool;
    private final long maxNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Silence> silences = new TreeMap<>();
    private final Map<String, ReadWriteLock> locks = new ConcurrentHashMap<>();
    private volatile Set<String> fenced = Set.of();
    private long lastLook;
    private long lastSave;

    /** @param nanoTime a clock that is never set, as System.nanoTime */
    public Fences(DataSource pool, Collection<String> peers, Duration maxSilence, LongSupplier nanoTime) throws SQLException {
        this.pool = pool;
        this.maxNanos = maxSilence.toNanos();
        this.nanoTime = nanoTime;
        this.lastLook = nanoTime.getAsLong();
        this.lastSave = lastLook;
        try (Connection connection = pool.getConnection()) {
            Map<String, Long> counted = counted(connection);
            for (String peer : peers) {
                silences.put(peer, new Silence(counted.getOrDefault(peer, 0L)));
            }
            fenced = Set.copyOf(fencedNow(connection));
        }
    }

    private Fences() {
        this.pool = null;
        this.maxNanos = Long.MAX_VALUE;
        this.nanoTime = () -> 0;
    }

    /** For lanes beside which nobody collects anything. */
    public static Fences none() {
        return new Fences();
    }

    private ReadWriteLock lock(String region) {
        return locks.computeIfAbsent(region, peer -> new ReentrantReadWriteLock());
    }

    /** Something of one region that is being applied; no fence comes up meanwhile. */
    public interface Passage extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * To be held while a transaction of the region is applied, by the thread that took it.
     *
     * @throws FencedException when the region is fenced
     */
    public Passage pass(String region) {
        Lock lock = lock(region).readLock();
        lock.lock();
        if (fenced.contains(region)) {
            lock.unlock();
            throw new FencedException(region);
        }
        return lock::unlock;
    }

    public boolean isFenced(String region) {
        return fenced.contains(region);
    }

    /** Time in which this node itself applies nothing is nobody's silence. */
    public void skip() {
        lastLook = nanoTime.getAsLong();
    }

    /**
     * Counts on, fences who was silent for too long, and learns which fences were lifted. Call it every few seconds.
     *
     * @param applied for each origin the last transaction that is applied here
     */
    public void look(Seen applied) throws SQLException {
        long now = nanoTime.getAsLong();
        long elapsed = now - lastLook;
        lastLook = now;
        try (Connection connection = pool.getConnection()) {
            // Asked first: time in which the own database gives no answer is nobody's silence.
            lifted(fencedNow(connection));
            for (Map.Entry<String, Silence> each : silences.entrySet()) {
                each.getValue().look(applied.of(each.getKey()), elapsed);
                if (each.getValue().longerThan(maxNanos) && !fenced.contains(each.getKey())) {
                    fence(connection, each.getKey(), each.getValue());
                }
            }
            if (now - lastSave > SAVE_EVERY.toNanos()) {
                lastSave = now;
                save(connection);
            }
        }
    }

    private void lifted(Set<String> durable) {
        for (String region : fenced) {
            if (!durable.contains(region)) {
                LOG.info("the fence of region {} was lifted", region);
                silences.get(region).begin();
            }
        }
        fenced = Set.copyOf(durable);
    }

    private void fence(Connection connection, String region, Silence silence) throws SQLException {
        Lock lock = lock(region).writeLock();
        try {
            if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                // Something of it is being applied just now, so it is not silent.
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            write(connection, FenceSql.of(connection).fence(), region, silence.seconds());
            Set<String> more = new HashSet<>(fenced);
            more.add(region);
            fenced = Set.copyOf(more);
            LOG.error("region {} is fenced: nothing of it was applied here for {} s; it must be loaded again", region, silence.seconds());
        } finally {
            lock.unlock();
        }
    }

    private void save(Connection connection) throws SQLException {
        for (Map.Entry<String, Silence> each : silences.entrySet()) {
            write(connection, FenceSql.of(connection).save(), each.getKey(), each.getValue().seconds());
        }
    }

    private static void write(Connection connection, String sql, String region, long seconds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, region);
            statement.setLong(2, seconds);
            statement.execute();
        }
    }

    private static Map<String, Long> counted(Connection connection) throws SQLException {
        Map<String, Long> seconds = new TreeMap<>();
        try (PreparedStatement query = connection.prepareStatement("select region, silent_seconds from rowmesh.fence");
             ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                seconds.put(rows.getString(1), rows.getLong(2));
            }
        }
        return seconds;
    }

    /** The fences that are durable, whatever region they are of. */
    public static Set<String> fencedNow(Connection connection) throws SQLException {
        Set<String> regions = new HashSet<>();
        try (PreparedStatement query = connection.prepareStatement("select region from rowmesh.fence where fenced_at is not null");
             ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                regions.add(rows.getString(1));
            }
        }
        return regions;
    }

    /** A sentence for each fenced region. */
    public List<String> notices() {
        return fenced.stream().sorted().map(region -> new FencedException(region).getMessage()).toList();
    }
}
