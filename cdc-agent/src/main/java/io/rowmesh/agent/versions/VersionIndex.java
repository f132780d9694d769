package io.rowmesh.agent.versions;

import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.versions.VersionStore.Family;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Version;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The version of every row that was written since the index began, and the transactions (a GTID set) whose writes are in it: both
 * change in one step, so that after a crash the log is read on from that set. One thread writes, any number read.
 */
public final class VersionIndex implements AutoCloseable {

    /** What a transaction does is kept in memory up to here, in bytes, and beyond in a place of its own. */
    private static final long STAGE_AT_BYTES = 4 << 20;
    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte CLEAR = 3;
    private static final byte RAISE = 4;

    /** Roughly what a step needs in memory beside its bytes. */
    private static final int STEP_BYTES = 64;

    private final VersionStore store;
    private final VersionStore.Batch batch;
    /** What the open transaction does, behind what is staged. */
    private final List<Step> steps = new ArrayList<>();
    private long stepBytes;
    /** How many of its steps are in STAGED. */
    private long staged;

    private record Step(byte kind, byte[] first, byte[] second) {
        byte[] encode() {
            return ByteBuffer.allocate(1 + Integer.BYTES + first.length + second.length).put(kind).putInt(first.length).put(first)
                    .put(second).array();
        }

        static Step decode(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte kind = in.get();
            byte[] first = new byte[in.getInt()];
            in.get(first);
            byte[] second = new byte[in.remaining()];
            in.get(second);
            return new Step(kind, first, second);
        }
    }

    private VersionIndex(VersionStore store) {
        this.store = store;
        this.batch = store.batch();
        recover();
    }

    /**
     * Opens the index in a directory of its own, or makes it.
     *
     * @throws VersionsException when its files cannot be read
     */
    public static VersionIndex open(Path directory) {
        return new VersionIndex(VersionStore.open(directory));
    }

    /** What a crash left of a large transaction is either all there and goes to its place, or none of it does. */
    private void recover() {
        byte[] moving = store.get(Family.META, VersionKeys.MOVING);
        if (moving != null) {
            move(moving);
        } else {
            forgetStaged();
        }
    }

    /** The transactions whose writes are in it; null before {@link #begin}. */
    public GtidSet read() {
        byte[] gtids = store.get(Family.META, VersionKeys.GTIDS);
        return gtids == null ? null : GtidSet.parse(new String(gtids, StandardCharsets.UTF_8));
    }

    /** The server that it was last read from; null before {@link #begin}. */
    public String server() {
        byte[] server = store.get(Family.META, VersionKeys.SERVER);
        return server == null ? null : new String(server, StandardCharsets.UTF_8);
    }

    /** The version of a row's last write, if that left a row; null when there was none since {@link #sinceMicros}. */
    public Version of(TableId table, String key) {
        byte[] value = store.get(Family.ENTRIES, VersionKeys.entry(table, key));
        return value == null ? null : VersionKeys.version(value);
    }

    /** A row of the table without a version was written before this, microseconds since 1970-01-01 UTC. */
    public long sinceMicros(TableId table) {
        byte[] own = store.get(Family.META, VersionKeys.since(table));
        byte[] all = store.get(Family.META, VersionKeys.SINCE);
        return Math.max(own == null ? Long.MIN_VALUE : VersionKeys.number(own), all == null ? Long.MIN_VALUE : VersionKeys.number(all));
    }

    /** Begins anew behind a set of transactions, without any version. @param sinceMicros not before any of them was committed */
    void begin(GtidSet read, long sinceMicros) {
        discard();
        batch.deleteRange(Family.ENTRIES, VersionKeys.FIRST, VersionKeys.LAST);
        batch.deleteRange(Family.META, VersionKeys.FIRST, VersionKeys.LAST);
        batch.put(Family.META, VersionKeys.SINCE, VersionKeys.number(sinceMicros));
        batch.put(Family.META, VersionKeys.GTIDS, VersionStore.bytes(read.toString()));
        store.write(batch);
    }

    /** Forgets everything: the next reader begins anew. Nothing may be reading. */
    public void forget() {
        discard();
        batch.deleteRange(Family.ENTRIES, VersionKeys.FIRST, VersionKeys.LAST);
        batch.deleteRange(Family.META, VersionKeys.FIRST, VersionKeys.LAST);
        store.write(batch);
    }

    /**
     * Names the server that is read from now on, and the tables. What was written to a table while it was not named is not known.
     *
     * @param nowMicros a clock that is past every commit that was read
     */
    void reading(String server, Collection<TableId> tables, long nowMicros) {
        discard();
        batch.put(Family.META, VersionKeys.SERVER, VersionStore.bytes(server));
        Set<String> former = tables();
        for (TableId table : tables) {
            if (former != null && !former.contains(name(table))) {
                batch.deleteRange(Family.ENTRIES, VersionKeys.tableStart(table), VersionKeys.tableEnd(table));
                batch.put(Family.META, VersionKeys.since(table), VersionKeys.number(nowMicros));
            }
        }
        batch.put(Family.META, VersionKeys.TABLES, VersionStore.bytes(tables.stream().map(VersionIndex::name).collect(Collectors.joining("\n"))));
        store.write(batch);
    }

    private static String name(TableId table) {
        return table.schema() + '\0' + table.name();
    }

    private Set<String> tables() {
        byte[] names = store.get(Family.META, VersionKeys.TABLES);
        return names == null ? null : new HashSet<>(Arrays.asList(new String(names, StandardCharsets.UTF_8).split("\n")));
    }

    /** A row was written by the open transaction. */
    void put(TableId table, String key, Version version) {
        step(PUT, VersionKeys.entry(table, key), VersionKeys.version(version));
    }

    /** A row was deleted by the open transaction. */
    void delete(TableId table, String key) {
        step(DELETE, VersionKeys.entry(table, key), VersionKeys.FIRST);
    }

    /** No row of a table is left by the open transaction. */
    void clear(TableId table) {
        step(CLEAR, VersionKeys.tableStart(table), VersionKeys.tableEnd(table));
    }

    /** From the open transaction on, a table may have rows that were written before it without the log telling. */
    void raise(TableId table, long micros) {
        step(RAISE, VersionKeys.since(table), VersionKeys.number(micros));
    }

    private void step(byte kind, byte[] first, byte[] second) {
        steps.add(new Step(kind, first, second));
        stepBytes += first.length + second.length + STEP_BYTES;
        if (stepBytes > STAGE_AT_BYTES) {
            stage();
        }
    }

    private void stage() {
        for (Step step : steps) {
            batch.put(Family.STAGED, VersionKeys.number(staged++), step.encode());
        }
        store.write(batch);
        steps.clear();
        stepBytes = 0;
    }

    /** The open transaction is whole: what it did is seen from now on. @param read all transactions up to it */
    void commit(GtidSet read) {
        byte[] gtids = VersionStore.bytes(read.toString());
        if (staged == 0) {
            steps.forEach(this::apply);
            steps.clear();
            stepBytes = 0;
            batch.put(Family.META, VersionKeys.GTIDS, gtids);
            store.write(batch);
            return;
        }
        stage();
        batch.put(Family.META, VersionKeys.MOVING, gtids);
        store.write(batch);
        move(gtids);
    }

    /** Begun again from its start after a crash, it ends the same. */
    private void move(byte[] gtids) {
        store.each(Family.STAGED, (number, step) -> {
            apply(Step.decode(step));
            if (batch.bytes() > STAGE_AT_BYTES) {
                store.write(batch);
            }
        });
        batch.put(Family.META, VersionKeys.GTIDS, gtids);
        batch.delete(Family.META, VersionKeys.MOVING);
        forgetStaged();
    }

    private void apply(Step step) {
        switch (step.kind()) {
            case PUT -> batch.put(Family.ENTRIES, step.first(), step.second());
            case DELETE -> batch.delete(Family.ENTRIES, step.first());
            case CLEAR -> batch.deleteRange(Family.ENTRIES, step.first(), step.second());
            default -> batch.put(Family.META, step.first(), step.second());
        }
    }

    /** What came of a transaction whose end was not read is void. */
    void discard() {
        batch.clear();
        steps.clear();
        stepBytes = 0;
        if (staged > 0) {
            forgetStaged();
        }
    }

    private void forgetStaged() {
        batch.deleteRange(Family.STAGED, VersionKeys.FIRST, VersionKeys.LAST);
        store.write(batch);
        staged = 0;
    }

    @Override
    public void close() {
        store.close();
        batch.close();
    }
}
