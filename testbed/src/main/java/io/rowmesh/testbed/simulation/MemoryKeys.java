package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.merge.FoundKey;
import io.rowmesh.applier.merge.KeptKeys;
import io.rowmesh.applier.merge.KeyTarget;
import io.rowmesh.rules.columns.ColumnMerge;
import io.rowmesh.rules.columns.ColumnState;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.rules.keystate.StateText;
import io.rowmesh.rules.keystate.StoredKey;
import io.rowmesh.rules.keystate.StoredKey.Writer;
import io.rowmesh.rules.siblings.Choosers;
import io.rowmesh.rules.siblings.SiblingChooser;
import io.rowmesh.rules.siblings.SiblingRule;
import io.rowmesh.rules.siblings.SiblingState;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** What a simulated database keeps of keys: rows of their own, beside the users'. */
final class MemoryKeys implements KeyTarget {

    private final MemorySession session;
    private final Database database;
    private final World world;
    private final boolean self;

    MemoryKeys(MemorySession session, Database database, boolean self) {
        this.session = session;
        this.database = database;
        this.world = database.world;
        this.self = self;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    @Override
    public void durable() throws SQLException {
        session.transaction().durable = !is(Fault.STATE_NOT_DURABLE);
    }

    @Override
    public FoundKey find(TableShape shape, Row key) throws SQLException {
        Table table = database.table(shape.id());
        session.startStatement(null);
        int slot = World.keySlot(key.get(0));
        Tuple row = Database.seen(table.slots[slot], session.transaction(), session.snapshot());
        Tuple state = Database.seen(table.states[slot], session.transaction(), session.snapshot());
        Tuple all = Database.seen(table.states[table.wholeTable()], session.transaction(), session.snapshot());
        session.endStatement();
        boolean withheld = world.regions[database.region].isPending(shape.id(), World.ROW_KEYS[slot]);
        return new FoundKey(row == null ? StoredKey.NONE : stored(table, shape, slot, row, withheld), row == null ? 0 : row.xmin.number,
                state == null ? null : withheld(decode(state.value), withheld), state == null ? 0 : state.recorded, all == null ? null : decode(all.value).state());
    }

    private static Kept<String> withheld(Kept<String> kept, boolean withheld) {
        return new Kept<>(kept.state(), kept.captured(), kept.waiting(), withheld);
    }

    private StoredKey stored(Table table, TableShape shape, int slot, Tuple row, boolean withheld) throws SQLException {
        boolean own = row.xmin == session.transaction();
        boolean users = row.xmin.local && !(self && is(Fault.SHOWN_OVER_LATER_WRITE));
        boolean settled = row.xmin.number < database.capturedBefore && !withheld || is(Fault.ALL_TAKEN_FOR_CAPTURED);
        return new StoredKey(users ? Writer.USER : Writer.NODE,
                own ? null : new Version(row.xmin.micros, World.NAMES[row.xmin.origin]), settled, Image.of(shape, table.row(slot, row.value)));
    }

    @Override
    public boolean holdIfFree(TableShape shape, Row key, long xmin) throws SQLException {
        Table table = database.table(shape.id());
        session.startStatement(table);
        session.endStatement();
        Tuple row = database.committed(table.slots[World.keySlot(key.get(0))]);
        boolean free = row != null && !row.isDead() && !isHeldByAnother(row);
        if (free) {
            row.lockedBy = session.transaction();
        }
        return free && row.xmin.number == xmin;
    }

    private boolean isHeldByAnother(Tuple row) throws SQLException {
        return row.lockedBy != null && row.lockedBy != session.transaction() && row.lockedBy.inProgress();
    }

    @Override
    public void keep(TableId id, String key, Kept<String> kept) throws SQLException {
        Table table = database.table(id);
        int slot = slot(table, key);
        session.startStatement(null);
        Tuple stands = database.live(table.states[slot], session.transaction());
        String value = encode(planted(table, kept, stands));
        if (stands == null) {
            database.insert(table.states, slot, session.transaction(), value);
        } else {
            database.update(table.states, slot, stands, session.transaction(), value);
        }
        table.states[slot].recorded = database.nextRecorded();
        if (world.trace != null) {
            world.trace(World.NAMES[database.region] + " keeps of " + key + " " + value);
        }
        session.endStatement();
    }

    private Kept<String> planted(Table table, Kept<String> kept, Tuple stands) {
        if (is(Fault.LOCAL_WRITE_NOT_JOINED) && self && stands != null) {
            return new Kept<>(decode(stands.value).state(), kept.captured(), kept.waiting(), kept.withheld());
        }
        if (is(Fault.SIBLINGS_PAIRWISE) && SiblingRows.is(table.shape)) {
            return new Kept<>(onlyChosen(table, kept.state()), kept.captured(), kept.waiting(), kept.withheld());
        }
        if (is(Fault.DEAD_ROW_FORGETS_COLUMNS)) {
            ColumnMerge rule = new ColumnMerge(List.of());
            ColumnState state = rule.decode(kept.state());
            if (rule.shown(state).isEmpty()) {
                ColumnState bare = new ColumnState(false, state.newestWrite(), state.newestDelete(), Collections.emptySortedMap());
                return new Kept<>(rule.encode(bare), kept.captured(), kept.waiting(), kept.withheld());
            }
        }
        return kept;
    }

    private String onlyChosen(Table table, String state) {
        SiblingChooser chooser = Choosers.of(SiblingRows.rules(table.shape.id()));
        SiblingRule rule = new SiblingRule(chooser, false);
        return rule.encode(new SiblingState(List.of(chooser.choose(rule.decode(state).siblings()))));
    }

    private static int slot(Table table, String key) {
        return key.equals(RowKey.ALL) ? table.wholeTable() : World.slot(key);
    }

    @Override
    public void forget(TableId id, String key) throws SQLException {
        Table table = database.table(id);
        session.startStatement(null);
        Tuple stands = database.live(table.states[slot(table, key)], session.transaction());
        if (stands != null) {
            database.delete(stands, session.transaction());
            if (world.trace != null) {
                world.trace(World.NAMES[database.region] + " forgets " + key + " " + stands.value);
            }
        }
        session.endStatement();
    }

    @Override
    public String tableState(TableId id) throws SQLException {
        Table table = database.table(id);
        session.startStatement(null);
        Tuple all = Database.seen(table.states[table.wholeTable()], session.transaction(), session.snapshot());
        session.endStatement();
        return all == null ? null : decode(all.value).state();
    }

    @Override
    public void lockTable(TableShape shape) throws SQLException {
        DbTransaction own = session.transaction();
        own.waitsFor = null;
        database.exclude(database.table(shape.id()), own);
    }

    @Override
    public List<Row> keys(TableShape shape) throws SQLException {
        Table table = database.table(shape.id());
        session.startStatement(null);
        List<Row> keys = new ArrayList<>();
        for (int slot = 0; slot < table.slots.length; slot++) {
            if (Database.seen(table.slots[slot], session.transaction(), session.snapshot()) != null
                    || Database.seen(table.states[slot], session.transaction(), session.snapshot()) != null) {
                keys.add(shape.keyOnly(World.KEYS[slot]));
            }
        }
        session.endStatement();
        return keys;
    }

    @Override
    public KeptKeys kept(long after, int limit) throws SQLException {
        session.startStatement(null);
        List<KeptKeys.Each> keys = new ArrayList<>();
        for (Table table : database.tables) {
            for (int slot = 0; slot < table.states.length; slot++) {
                Tuple state = Database.seen(table.states[slot], session.transaction(), session.snapshot());
                if (state != null && state.recorded > after) {
                    boolean all = slot == table.wholeTable();
                    keys.add(new KeptKeys.Each(table.shape.id(), all ? RowKey.ALL : World.ROW_KEYS[slot],
                            all ? null : List.of(World.KEYS[slot]), state.recorded, decode(state.value).waiting()));
                }
            }
        }
        session.endStatement();
        return new KeptKeys(database.nextNumber(), keys);
    }

    @Override
    public TableShape shape(TableId table) {
        return database.table(table).shape;
    }

    @Override
    public long oldestRunning() throws SQLException {
        DbTransaction own = session.transaction();
        return database.open.stream().filter(each -> each != own).mapToLong(each -> each.number).min().orElse(database.nextNumber());
    }

    @Override
    public long logEnd() {
        return is(Fault.STATES_DROPPED_BEFORE_CAPTURE) ? 0 : database.log.size();
    }

    @Override
    public void capturedBefore(long xid) {
        if (Arrays.stream(database.tables).anyMatch(table -> table.beside != null && table.beside.isPendingBelow(xid))) {
            throw new Broken("a local delete below " + xid + " is forgotten that the capture has not met");
        }
        database.capturedBefore = Math.max(database.capturedBefore, xid);
    }

    @Override
    public Seen settledEverywhere() {
        return world.regions[database.region].collector.settledEverywhere(is(Fault.STATES_DROPPED_WHEN_ACKNOWLEDGED));
    }

    /** The versions of the siblings that are kept, the newest last. */
    static String siblings(Tuple state) {
        return SiblingRule.read(decode(state.value).state()).siblings().stream()
                .map(sibling -> sibling.stamp().version().commitMicros() + "@" + sibling.region()).collect(Collectors.joining(" "));
    }

    static boolean waits(Tuple state) {
        return decode(state.value).waiting();
    }

    private static String encode(Kept<String> kept) {
        return new StateText().put(kept.state()).put(kept.captured() == null ? null : kept.captured().toString())
                .put(kept.waiting() ? 1 : 0).put(kept.withheld() ? 1 : 0).text();
    }

    private static Kept<String> decode(String text) {
        StateText in = new StateText(text);
        String state = in.next();
        String captured = in.next();
        return new Kept<>(state, captured == null ? null : Long.valueOf(captured), in.nextLong() == 1, in.nextLong() == 1);
    }
}
