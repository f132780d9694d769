package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.locking.LockingTarget;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.Target;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.rules.SeenAhead;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.rules.credible.PendingKeys;
import io.rowmesh.rules.credible.TrueTime;
import io.rowmesh.rules.credible.WrittenKey;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A database and the node beside it. What a node holds in memory is made anew at each of its starts. */
final class Region {

    /** Above every skew and step that a clock may have while it is right; a jump of a wrong one is larger. */
    static final long MAX_SKEW_MICROS = 5_000;
    private static final int STRIPES = 16;
    private static final int INDEX_BITS = 1 << 9;

    final World world;
    final int number;
    final String name;
    final Database database;
    final ShippedLog log = new ShippedLog();
    final ApplierOptions options;
    /** By origin: how far its replication origin stands, aborted transactions included. */
    final long[] originPosition;
    /** By region: up to where it has acknowledged this region's transactions. */
    final long[] acknowledged;
    /** By origin: the transactions applied here, in order. */
    final List<List<DbTransaction>> applied = new ArrayList<>();

    final List<Lane> lanes = new ArrayList<>();
    final Capture capture;
    final Collector collector;
    /** Where the slot stands: what lies before is not delivered again. */
    int confirmed;
    boolean up = true;
    long downUntil;
    /** What it ships is read again and again. */
    private boolean shared;
    /** Keys that wait to be touched: rows of the database, durable. */
    final Map<WrittenKey, Pending> pendingTable = new LinkedHashMap<>();
    final Toucher toucher;
    /** What the log says of its rows' versions, where they do not tell them themselves (MySQL); else null. */
    final MemoryVersions reader;
    KeyLocks locks;
    TombstoneIndex tombstones;
    LogVersions versions;
    PendingKeys pending;
    SeenAhead ahead;
    private TrueTime trueTime;
    /** The database's next transaction at each start of the node. */
    private final List<Long> starts = new ArrayList<>();

    /** @param skew of its clock, microseconds */
    Region(World world, int number, long skew) {
        this.world = world;
        this.number = number;
        this.name = World.NAMES[number];
        int regions = world.profile.regions();
        this.database = new Database(world, number, world.shapes, world.profile.keys(), regions);
        database.skew = skew;
        this.originPosition = new long[regions];
        this.acknowledged = new long[regions];
        Set<String> peers = new HashSet<>();
        for (int i = 0; i < regions; i++) {
            applied.add(new ArrayList<>());
            if (i != number) {
                peers.add(World.NAMES[i]);
            }
        }
        this.options = new ApplierOptions(name, peers, table -> true,
                Region::rules, (table, column) -> false,
                world.clocksStep() ? Duration.ofNanos(MAX_SKEW_MICROS * 1_000) : Duration.ofSeconds(5));
        this.capture = new Capture(this);
        this.collector = new Collector(this);
        this.toucher = new Toucher(this);
        this.reader = database.mySql ? new MemoryVersions(this) : null;
        for (int i = 0; i < regions; i++) {
            if (i != number) {
                lanes.add(new Lane(this, i));
            }
        }
        start();
    }

    private static KeyLocks newLocks() {
        return new KeyLocks(STRIPES, table -> rules(table).newestOfUnique());
    }

    private static TableRules rules(TableId table) {
        TableRules siblings = SiblingRows.rules(table);
        return siblings != null ? siblings : table.equals(CounterRows.SHAPE.id()) ? CounterRows.RULES
                : table.equals(UniqueRows.SHAPE.id()) ? UniqueRows.RULES : table.equals(WideRows.SHAPE.id()) ? WideRows.RULES : TableRules.LAST_WRITE_WINS;
    }

    void start() {
        up = true;
        locks = newLocks();
        tombstones = new TombstoneIndex(INDEX_BITS);
        versions = versions();
        ahead = new SeenAhead();
        starts.add(database.nextNumber());
        trueTime = new TrueTime(MAX_SKEW_MICROS, database.clock(), world.now * 1_000);
    }

    /** As production rebuilds it from the rows of progress that are there. */
    private LogVersions versions() {
        LogVersions rebuilt = new LogVersions(Long.MIN_VALUE, log.newestMicros());
        if (world.clocksStep()) {
            for (ProgressRows.ProgressRow row : database.progress.remaining(confirmed)) {
                rebuilt.appliedBefore(row.began(), row.micros());
            }
        }
        return rebuilt;
    }

    /** The node's own clock is the database's: one machine, one wrong clock. */
    long latestCredible() {
        return trueTime.latestCredible(database.clock(), world.now * 1_000, versions.newestBegun());
    }

    /** As what is durable tells, at each start of the capture. */
    void loadPending() {
        pending = new PendingKeys();
        pendingTable.forEach((key, waiting) -> pending.withheld(key, waiting.position(), waiting.onlyByTouch()));
    }

    /** As the table of pending touches tells it to lanes and to the capture. */
    boolean isPending(TableId table, String key) {
        return pendingTable.containsKey(new WrittenKey(table, key)) || pendingTable.containsKey(new WrittenKey(table, RowKey.ALL));
    }

    /** Made durable with its tombstone withdrawn, if an earlier judgment of the transaction left one. */
    void withheld(WrittenKey key, DbTransaction writer) throws SQLException {
        boolean withdrawn = database.withdrawTombstone(key, writer.micros) && world.planted != Fault.WITHDRAWN_SETTLED_BY_WRITE;
        Pending before = pendingTable.get(key);
        pending.withheld(key, writer.position, withdrawn);
        boolean onlyByTouch = withdrawn || before != null && before.onlyByTouch();
        DbTransaction last = before == null || before.position() < writer.position ? writer : before.writer();
        pendingTable.put(key, new Pending(last.position, last, onlyByTouch));
    }

    void settled(Collection<WrittenKey> keys) {
        pendingTable.keySet().removeAll(keys);
    }

    /** The transaction that wrote another region's write here. */
    DbTransaction appliedOf(Operation write) {
        return applied.get(write.region()).stream().filter(each -> each.state == DbTransaction.State.COMMITTED && each.sequence == write.sequence())
                .findFirst().orElseThrow();
    }

    /** Whether what the node has heard before one transaction was lost in a restart before another one. */
    boolean restartedBetween(DbTransaction one, DbTransaction other) {
        return starts.stream().anyMatch(start -> one.number < start && start <= other.number);
    }

    /** What writes rows over a session. */
    Target target(MemorySession session, int origin) {
        if (reader == null) {
            return new MemoryTarget(session, database, origin);
        }
        PlantedVersions versions = new PlantedVersions(this);
        return new LockingTarget(new MemoryLockedRows(session, database, origin, versions), versions, name);
    }

    KeyLocks locks() {
        return world.planted == Fault.NO_KEY_LOCK ? newLocks() : locks;
    }

    /** The machine of the node dies: all that it held in memory is gone. */
    void crashNode(long microsDown) {
        up = false;
        downUntil = world.now + microsDown;
        capture.stop();
        lanes.forEach(Lane::stop);
        collector.stop();
        toucher.stop();
        if (reader != null) {
            reader.stop();
        }
        log.discardUnsynced();
    }

    /** For small scopes: what it ships is read again from the beginning, whatever was acknowledged. */
    void share() {
        shared = true;
        log.untrim();
    }

    void acknowledged(int by, long sequence) {
        if (!shared) {
            acknowledged[by] = Math.max(acknowledged[by], sequence);
            trim();
        }
    }

    private void trim() {
        long all = Long.MAX_VALUE;
        for (int i = 0; i < acknowledged.length; i++) {
            all = i == number ? all : Math.min(all, acknowledged[i]);
        }
        log.trim(all);
    }

    /** Called when an applied transaction becomes visible: each sequence once, none left out. */
    void applied(DbTransaction transaction) {
        List<DbTransaction> before = applied.get(transaction.origin);
        while (!before.isEmpty() && before.get(before.size() - 1).state == DbTransaction.State.ABORTED) {
            before.remove(before.size() - 1);
        }
        long last = before.isEmpty() ? 0 : before.get(before.size() - 1).sequence;
        if (transaction.sequence != last + 1) {
            throw new Broken(name + " applied " + World.NAMES[transaction.origin] + " " + transaction.sequence + " after " + last);
        }
        before.add(transaction);
        checkProgress(transaction.origin);
    }

    /** Progress is never ahead of the rows. */
    void checkProgress(int origin) {
        List<DbTransaction> rows = applied.get(origin);
        long last = 0;
        for (int i = rows.size() - 1; i >= 0 && last == 0; i--) {
            last = rows.get(i).state == DbTransaction.State.COMMITTED ? rows.get(i).sequence : 0;
        }
        if (database.progress.sequence(origin) > last) {
            throw new Broken(name + " has progress of " + World.NAMES[origin] + " " + database.progress.sequence(origin)
                    + ", and rows up to " + last);
        }
    }

    /** Nothing is shipped that was not first written here. */
    void checkOrigin(DbTransaction captured) {
        for (RowChange change : captured.touch == null ? captured.changes : List.<RowChange>of()) {
            Row image = RowChange.keyImage(change);
            boolean own = change.table() == Table.HEARTBEAT ? image.get(0).charAt(0) - '0' == number
                    : change.table() == WideRows.SHAPE || image == null || change.kind() == RowChange.Kind.DELETE || image.get(image.size() - 1).charAt(0) == name.charAt(0);
            if (!captured.local || !own) {
                throw new Broken(name + " ships what it did not write: " + World.text(captured));
            }
        }
    }
}
