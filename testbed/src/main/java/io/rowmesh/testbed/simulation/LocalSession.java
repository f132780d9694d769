package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A user's session in one region: statements of its own transactions, each of which may have to wait, and their commits. */
final class LocalSession implements Actor {

    static final int INSERT = 0;
    static final int UPSERT = 1;
    static final int UPDATE = 2;
    static final int DELETE = 3;
    static final int CHANGE_KEY = 4;
    static final int TRUNCATE = 5;

    private final Region region;
    private final World world;
    private final Database database;
    private int transactionsLeft;
    /** Statements to come, one a transaction, where they are not to be drawn: kind, key and other key. */
    private final Deque<int[]> script;
    /** The first value that a script's next statement writes, known before so that it does not depend on who writes first. */
    private final Deque<Integer> values = new ArrayDeque<>();
    private DbTransaction open;
    private int statementsLeft;

    // The statement under way.
    private boolean chosen;
    private boolean inStatement;
    private int kind;
    private Table table;
    private int key;
    private int otherKey;
    private int scripted;
    private long snapshot;
    /** The row that it writes, drawn once. */
    private Row drawn;

    LocalSession(Region region, int transactions) {
        this(region, transactions, null);
    }

    /** A session that executes these statements of the last table, each in a transaction of its own. */
    static LocalSession scripted(Region region, List<int[]> statements) {
        return new LocalSession(region, statements.size(), new ArrayDeque<>(statements));
    }

    private LocalSession(Region region, int transactions, Deque<int[]> script) {
        this.script = script;
        this.region = region;
        this.world = region.world;
        this.database = region.database;
        this.transactionsLeft = transactions;
        for (int i = 0; script != null && i < transactions; i++) {
            values.add(world.nextValue());
        }
    }

    @Override
    public boolean step() {
        if (open != null && !open.inProgress()) {
            // The database crashed.
            reset();
        }
        if (open == null) {
            return begin();
        }
        try {
            open.waitsFor = null;
            return open.state == DbTransaction.State.ACTIVE && statementsLeft > 0 ? statement() : commit();
        } catch (Blocked e) {
            return false;
        } catch (SQLException e) {
            trace("rolls back: " + e.getMessage());
            database.abort(open);
            reset();
            return true;
        }
    }

    /** Whether it has begun nothing of its script but a transaction. */
    boolean isUntouched() {
        return !script.isEmpty();
    }

    /** Whether its next step only takes the timestamp of what it wrote, which the clock alone can change. */
    boolean isToBeStamped() {
        return open != null && !database.mySql && open.state == DbTransaction.State.ACTIVE && statementsLeft == 0 && !open.stamped && !open.changes.isEmpty();
    }

    /** Whether a statement of it had to wait, and goes on by the snapshot that it began with. */
    boolean isInStatement() {
        return inStatement;
    }

    private void reset() {
        open = null;
        snapshot = 0;
        inStatement = false;
        chosen = false;
        drawn = null;
    }

    private boolean begin() {
        if (transactionsLeft == 0 || script == null && !world.choices.perMille(world.profile.haste())) {
            return false;
        }
        transactionsLeft--;
        statementsLeft = 1 + world.choices.next(world.profile.statements());
        open = database.begin(region.number, true);
        return true;
    }

    private boolean statement() throws SQLException {
        if (!chosen) {
            choose();
            chosen = true;
            if (database.mySql && kind == TRUNCATE && !open.changes.isEmpty()) {
                // It would commit first what was written before it.
                kind = DELETE;
            }
        }
        if (kind == TRUNCATE) {
            database.exclude(table, open);
        } else {
            database.share(table, open);
        }
        if (!inStatement) {
            snapshot = database.snapshot();
            inStatement = true;
        }
        execute();
        inStatement = false;
        snapshot = 0;
        chosen = false;
        drawn = null;
        statementsLeft = database.mySql && !open.changes.isEmpty() && open.changes.get(0).kind() == RowChange.Kind.TRUNCATE ? 0 : statementsLeft - 1;
        return true;
    }

    private void choose() {
        if (script != null) {
            int[] statement = script.removeFirst();
            scripted = values.removeFirst();
            kind = statement[0];
            table = database.tables[database.tables.length - 1];
            key = statement[1];
            otherKey = statement[2];
            return;
        }
        kind = world.chooseKind();
        table = database.tables[1 + world.choices.next(database.tables.length - 1)];
        key = world.choices.next(table.slots.length);
        otherKey = world.choices.next(table.slots.length);
        kind = kind == CHANGE_KEY && key == otherKey ? UPDATE : kind;
    }

    private void execute() throws SQLException {
        switch (kind) {
            case INSERT -> insert(false);
            case UPSERT -> insert(true);
            case UPDATE -> update();
            case DELETE -> delete();
            case CHANGE_KEY -> changeKey();
            default -> truncate();
        }
    }

    private void insert(boolean orUpdate) throws SQLException {
        Tuple live = orUpdate || database.mySql ? database.liveToUpdate(table.slots[key], open) : database.live(table.slots[key], open);
        if (live != null && !orUpdate) {
            throw new SQLException("duplicate key", "23505");
        }
        if (live == null) {
            Row row = row(key);
            mustBeFree(key, row);
            database.insert(table.slots, key, open, text(row));
            log(new RowChange.Insert(table.shape, row));
        } else {
            update(live);
        }
    }

    private Tuple lockedRow() throws SQLException {
        if (database.mySql) {
            return database.held(table.slots[key], open);
        }
        Tuple found = Database.seen(table.slots[key], open, snapshot);
        return found == null ? null : database.locked(found, open);
    }

    private void update() throws SQLException {
        Tuple locked = lockedRow();
        if (locked != null) {
            update(locked);
        }
    }

    /** As a unique index does: waits for who has the value, and refuses the statement when he keeps it. */
    private void mustBeFree(int slot, Row row) throws SQLException {
        if (table.shape == UniqueRows.SHAPE && database.taken(table, slot, row, open)) {
            throw new SQLException("duplicate unique value", "23505");
        }
    }

    private void update(Tuple locked) throws SQLException {
        if (table.shape == UniqueRows.SHAPE) {
            updateUnique(locked);
        } else if (SiblingRows.is(table.shape)) {
            Row before = table.row(key, locked.value);
            Row row = row(key);
            row = world.choices.perMille(500) ? row.with(1, before.get(1)) : row;
            database.update(table.slots, key, locked, open, text(row));
            log(new RowChange.Update(table.shape, before, row));
        } else if (table.shape == WideRows.SHAPE) {
            // Now and then one column stays as it was, or both.
            Row before = table.row(key, locked.value);
            Row row = row(key);
            row = world.choices.perMille(400) ? row.with(1, before.get(1)) : row;
            row = world.choices.perMille(400) ? row.with(2, before.get(2)) : row;
            database.update(table.slots, key, locked, open, text(row));
            log(new RowChange.Update(table.shape, before, row));
        } else if (table.beside == null) {
            Row row = row(key);
            database.update(table.slots, key, locked, open, text(row));
            log(new RowChange.Update(table.shape, null, row));
        } else {
            Row before = CounterRows.row(key, locked.value);
            Row row = script != null ? CounterRows.updated(key, before, scripted, scripted, region.name + scripted)
                    : CounterRows.updated(key, before, world.choices.next(9) - 4, world.choices.next(9), region.name + world.nextValue());
            database.update(table.slots, key, locked, open, text(row));
            log(new RowChange.Update(table.shape, before, row));
        }
    }

    private void updateUnique(Tuple locked) throws SQLException {
        locked.lockedBy = open;
        if (drawn == null) {
            Row before = UniqueRows.row(key, locked.value);
            drawn = world.choices.perMille(500) ? row(key).with(1, before.get(1)).with(2, before.get(2)) : row(key);
        }
        mustBeFree(key, drawn);
        database.update(table.slots, key, locked, open, text(drawn));
        log(new RowChange.Update(table.shape, null, drawn));
    }

    private void delete() throws SQLException {
        Tuple locked = lockedRow();
        if (locked != null) {
            database.delete(locked, open);
            logDelete(locked);
        }
    }

    private void changeKey() throws SQLException {
        Tuple locked = lockedRow();
        if (locked == null) {
            return;
        }
        if ((database.mySql ? database.liveToUpdate(table.slots[otherKey], open) : database.live(table.slots[otherKey], open)) != null) {
            throw new SQLException("duplicate key", "23505");
        }
        Row row = row(otherKey);
        if (table.shape == UniqueRows.SHAPE) {
            // It keeps its unique values, which nobody else can have.
            Row before = UniqueRows.row(key, locked.value);
            row = row.with(1, before.get(1)).with(2, before.get(2));
        }
        database.delete(locked, open);
        database.insert(table.slots, otherKey, open, text(row));
        if (world.planted != Fault.KEY_CHANGE_WITHOUT_DELETE) {
            logDelete(locked);
        }
        log(new RowChange.Insert(table.shape, row));
    }

    private void truncate() {
        for (int slot = 0; slot < table.slots.length; slot++) {
            Tuple row = Database.seen(table.slots[slot], open, database.snapshot());
            if (row != null) {
                database.delete(row, open);
            }
        }
        open.wrote = true;
        if (table.beside != null) {
            table.beside.note(table.wholeTable(), open);
        }
        log(new RowChange.Truncate(table.shape));
    }

    /** With what the table's trigger notes. */
    private void logDelete(Tuple deleted) {
        if (table.shape == UniqueRows.SHAPE) {
            log(new RowChange.Delete(table.shape, new Row(World.KEYS[key], Row.ABSENT, Row.ABSENT, Row.ABSENT)));
            return;
        }
        if (table.shape == WideRows.SHAPE || SiblingRows.is(table.shape)) {
            log(new RowChange.Delete(table.shape, table.row(key, deleted.value)));
        } else if (table.beside == null) {
            log(new RowChange.Delete(table.shape, new Row(World.KEYS[key], Row.ABSENT)));
        } else {
            table.beside.note(key, open);
            log(new RowChange.Delete(table.shape, CounterRows.row(key, deleted.value)));
        }
    }

    private Row row(int slot) {
        if (table.shape == UniqueRows.SHAPE) {
            drawn = drawn == null ? UniqueRows.drawn(world, slot, region.name + world.nextValue()) : drawn;
            return drawn;
        }
        String value = region.name + (script == null ? world.nextValue() : scripted);
        if (SiblingRows.is(table.shape)) {
            return new Row(World.KEYS[slot], World.NAMES[world.choices.next(world.regions.length)], value);
        }
        if (table.shape == WideRows.SHAPE) {
            return new Row(World.KEYS[slot], value, region.name + world.nextValue());
        }
        return table.beside == null ? new Row(World.KEYS[slot], value) : CounterRows.inserted(slot, script != null ? scripted : 1 + world.choices.next(9), value);
    }

    private String text(Row row) {
        return table.text(row);
    }

    private void log(RowChange change) {
        open.changes.add(change);
    }

    /** Timestamp, then log record (both at once in MySQL), then visible to others; whatever else happens in between. */
    private boolean commit() {
        if (open.changes.isEmpty()) {
            database.abort(open);
            open = null;
            return true;
        }
        if (world.now < open.pausedUntil) {
            return false;
        }
        if (open.state == DbTransaction.State.ACTIVE) {
            if (!open.stamped && !database.mySql) {
                database.stamp(open);
                if (world.pauses(open)) {
                    return true;
                }
            }
            open.durable = true;
            database.append(open);
            if (world.pauses(open)) {
                return true;
            }
        }
        database.makeVisible(open);
        trace("commits " + World.text(open));
        open = null;
        return true;
    }

    private void trace(String what) {
        if (world.trace != null) {
            world.trace(region.name + " user " + what);
        }
    }

    /** Begins no more transactions. */
    void finish() {
        transactionsLeft = 0;
    }

    @Override
    public boolean isQuiet() {
        return open == null && transactionsLeft == 0;
    }
}
