package io.rowmesh.applier.write;

import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingPostgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertFalse;

/** The writing side of region us over one database: a lane of each other region, and what looks after its own users' writes. */
final class TestingLanes implements AutoCloseable {

    private final TestingPostgres postgres;
    private final ApplierSession sessions;
    private final ApplierOptions options;
    private final KeyLocks locks;
    private final TombstoneIndex index = new TombstoneIndex();
    private final SeenAhead ahead = new SeenAhead();
    private final Map<String, LaneWriter> lanes = new TreeMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final LocalWrites localWrites;
    private long captured;

    /** A user's transaction that the capture has not met yet. */
    record Local(long micros, long xid, List<RowChange> changes) {

        Version version() {
            return new Version(micros, "us");
        }
    }

    interface Work {
        void run() throws SQLException;
    }

    /** Of regions eu and ap, with these rules for every table. */
    static TestingLanes under(TableRules rules, TestingPostgres postgres) throws SQLException {
        return new TestingLanes(postgres, new ApplierOptions("us", Set.of("eu", "ap"), table -> true, table -> rules, (table, column) -> false,
                Duration.ofSeconds(5)));
    }

    /** With a lane of each peer, connected at once. */
    TestingLanes(TestingPostgres postgres, ApplierOptions options) throws SQLException {
        this.postgres = postgres;
        this.sessions = new ApplierSession(postgres.jdbcUrl(), new Properties());
        this.options = options;
        this.locks = new KeyLocks(table -> options.rules().apply(table).newestOfUnique());
        for (String peer : options.peers()) {
            reconnect(peer);
        }
        this.localWrites = new LocalWrites(sessions, options, locks, index);
        localWrites.start();
    }

    ApplierOptions options() {
        return options;
    }

    TombstoneIndex index() {
        return index;
    }

    LocalWrites localWrites() {
        return localWrites;
    }

    /** Others, with other options and not started. */
    LocalWrites localWrites(ApplierOptions other) {
        return new LocalWrites(sessions, other, locks, index);
    }

    /** What a crash of the database leaves to do is done at the start. */
    void restartLocalWrites() throws SQLException {
        localWrites.close();
        localWrites.start();
    }

    /** A new lane of a region, in the place of the one that there was. */
    LaneWriter reconnect(String origin) throws SQLException {
        if (lanes.containsKey(origin)) {
            lanes.get(origin).close();
        }
        lanes.put(origin, LaneWriter.connect(origin, sessions, options, locks, index, new AppliedMarks(),
                new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE), ahead));
        return lanes.get(origin);
    }

    LaneWriter lane(String origin) {
        return lanes.get(origin);
    }

    /** The next transaction of a region, which had seen nothing. */
    Outcome apply(String origin, long micros, RowChange... changes) throws SQLException {
        return apply(origin, micros, List.of(), changes);
    }

    Outcome apply(String origin, long micros, List<SeenMark> seen, RowChange... changes) throws SQLException {
        return applyAs(sequences.merge(origin, 1L, Long::sum), origin, micros, seen, changes);
    }

    Outcome applyAs(long sequence, String origin, long micros, List<SeenMark> seen, RowChange... changes) throws SQLException {
        boolean deciding = List.of(changes).stream().anyMatch(change -> options.rules().apply(change.table().id()).deciding());
        return lane(origin).apply(new TransactionHeader(origin, 1, sequence, micros, sequence, changes.length, 1, seen, false, deciding, deciding),
                List.of(changes));
    }

    /** A user's transaction that the capture has not met yet, and the changes that it will meet. */
    Local locally(String sql, RowChange... changes) {
        TestingPostgres.Committed committed = postgres.transaction(sql);
        return new Local(committed.micros(), committed.xid(), List.of(changes));
    }

    /** As the next one that the capture meets. */
    void capture(Local local) throws SQLException {
        captureAs(captured + 1, local, null);
    }

    /** @param seen what the transaction had seen of other regions; null when that is not known */
    void capture(Local local, Seen seen) throws SQLException {
        captureAs(captured + 1, local, seen);
    }

    void captureAs(long sequence, Local local, Seen seen) throws SQLException {
        captured = sequence;
        localWrites.onRows(local.version(), 1, sequence, local.xid(), seen, local.changes());
        localWrites.beforeSync();
    }

    /** A whole round over what is kept of keys, with a capture that has met everything. */
    void round() throws SQLException {
        localWrites.round(Long.MAX_VALUE, 0);
    }

    /** @param seen of regions, as JSON: epoch and sequence */
    void heartbeat(String region, String seen) {
        postgres.execute("insert into rowmesh.heartbeat values ('" + region + "', 1, now(), '" + seen
                + "') on conflict (region) do update set seen = excluded.seen");
    }

    /** A user's statements stand uncommitted until the work was seen to wait for them. */
    void whileLocally(String sql, Work work) throws Exception {
        try (Connection local = postgres.connect(); Statement statement = local.createStatement()) {
            local.setAutoCommit(false);
            statement.execute(sql);
            CompletableFuture<Void> waiting = inBackground(work);
            Thread.sleep(300);
            assertFalse(waiting.isDone());
            local.commit();
            waiting.get(10, TimeUnit.SECONDS);
        }
    }

    static CompletableFuture<Void> inBackground(Work work) {
        return CompletableFuture.runAsync(() -> {
            try {
                work.run();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void close() throws SQLException {
        for (LaneWriter lane : lanes.values()) {
            lane.close();
        }
        localWrites.close();
    }
}
