package io.rowmesh.rules.keystate;

import io.rowmesh.rules.SeenMatrix;
import io.rowmesh.rules.keystate.StoredKey.Writer;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Regions that write one key of a table whose state is kept: users' transactions that become visible later than they are in the
 * log, a capture that lags and begins anew, lanes, heartbeats, states that are dropped. The machine and the rules are production's.
 */
final class KeyModel<S> {

    static final TableShape T = new TableShape(new TableId("s", "t"), List.of(new Column("id", "integer", true),
            new Column("a", "text", false), new Column("b", "text", false), new Column("c", "text", false)));

    /** What is done wrong on purpose. */
    enum Fault { NONE, NOT_CAUSAL, NOT_JOINED_AT_CAPTURE, SHOWN_OVER_LATER_WRITE, HALF_A_TRANSACTION_SHOWN, ALL_TAKEN_FOR_CAPTURED,
        DROPPED_WHEN_ACKNOWLEDGED, DROPPED_WITHOUT_ROUND, SEEN_UNDERSTATED, NOT_SETTLED }

    record Transaction(String origin, long sequence, Version version, Seen seen, long xid, List<RowChange> changes) {

        List<Write> writes(boolean local) {
            List<Write> writes = new ArrayList<>();
            for (RowChange change : changes) {
                writes.add(new Write(new Stamp(version, 1, sequence, writes.size()), seen.with(origin, 1, sequence), change, local));
            }
            return writes;
        }
    }

    record Stored(Row row, Writer writer, Version version, long xid) {
    }

    final class Region {
        final String name;
        final KeyMachine<S> machine;
        final KeyRule<S> rule;
        final List<Transaction> log = new ArrayList<>();
        /** In the log, visible to nobody yet. */
        Transaction invisible;
        int joined;
        int everJoined;
        int joinedOfNext;
        int shipped;
        Seen applied = Seen.NONE;
        final Map<String, Seen> heard = new HashMap<>();
        Stored row;
        Kept<S> kept;
        S table;
        long clock;
        long xids = 1;
        int keptAt;
        int tableAt;
        long horizon;
        Round round;

        Region(String name, KeyRule<S> rule) {
            this.name = name;
            this.rule = rule;
            this.machine = new KeyMachine<>(rule);
        }

        boolean has(Fault each) {
            return fault == each;
        }

        /** A user's transaction, in the log from now on, visible by {@link #appear}. */
        void commit(long after, Function<Row, List<RowChange>> work) {
            if (invisible != null) {
                appear();
            }
            List<RowChange> changes = work.apply(row == null ? null : row.row());
            clock += after;
            Seen seen = applied;
            if (has(Fault.SEEN_UNDERSTATED)) {
                seen = Seen.NONE;
            }
            Transaction done = new Transaction(name, log.size() + 1, new Version(clock, name), seen, xids++, changes);
            log.add(done);
            invisible = done;
        }

        void appear() {
            if (invisible == null) {
                return;
            }
            for (RowChange change : invisible.changes()) {
                boolean gone = change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE;
                row = gone ? null : new Stored(RowChange.keyImage(change), Writer.USER, invisible.version(), invisible.xid());
            }
            invisible = null;
        }

        StoredKey stored() {
            if (row == null) {
                return StoredKey.NONE;
            }
            boolean settled = row.xid() < horizon || has(Fault.ALL_TAKEN_FOR_CAPTURED);
            return new StoredKey(row.writer(), row.version(), settled, Image.of(T, row.row()));
        }

        /** Joins the next captured transaction, or the next piece of it. */
        void capture(boolean piece) {
            if (joined >= log.size()) {
                return;
            }
            Transaction next = log.get(joined);
            if (next == invisible) {
                appear();
            }
            List<Write> writes = next.writes(true);
            int end = piece && joinedOfNext + 1 < writes.size() ? joinedOfNext + 1 : writes.size();
            boolean whole = end == writes.size();
            captured(next, writes.subList(joinedOfNext, end), whole);
            joinedOfNext = whole ? 0 : end;
            joined += whole ? 1 : 0;
            everJoined = Math.max(everJoined, joined);
        }

        private void captured(Transaction next, List<Write> writes, boolean whole) {
            if (writes.isEmpty()) {
                return;
            }
            for (Write write : writes) {
                if (write.change().kind() == RowChange.Kind.TRUNCATE) {
                    truncated(write);
                }
            }
            StoredKey stored = stored();
            if (has(Fault.SHOWN_OVER_LATER_WRITE) && row != null && row.writer() == Writer.USER) {
                stored = new StoredKey(Writer.USER, next.version(), false, stored.row());
            }
            if (has(Fault.NOT_JOINED_AT_CAPTURE)) {
                keep(new Kept<>(kept == null ? rule.none() : kept.state(), next.version().commitMicros(), false, false));
            } else {
                Decided<S> decided = machine.capture(stored, kept, table, writes, whole || has(Fault.HALF_A_TRANSACTION_SHOWN));
                mustNotVanish(decided, whole ? next : null);
                take(decided, null);
            }
        }

        private void truncated(Write write) {
            table = rule.join(table == null ? rule.none() : table, write);
            tableAt = ++events;
        }

        /** Ships what is joined; or begins anew at what is shipped. */
        void ship() {
            shipped = joined;
        }

        void beginAnew() {
            joined = shipped;
            joinedOfNext = 0;
        }

        Transaction nextFrom(Region origin) {
            Seen.Mark mark = applied.of(origin.name);
            int at = mark == null ? 0 : (int) mark.sequence();
            if (at >= origin.shipped) {
                return null;
            }
            Transaction next = origin.log.get(at);
            boolean here = next.seen().marks().entrySet().stream().allMatch(e -> e.getKey().equals(name)
                    || applied.includes(e.getKey(), 1, e.getValue().sequence()));
            return here || !causal || has(Fault.NOT_CAUSAL) ? next : null;
        }

        /** False when it has to wait for a user's transaction. */
        boolean apply(Transaction transaction) {
            if (invisible != null && row != null) {
                return false;
            }
            Region before = copy();
            clock = Math.max(clock, transaction.version().commitMicros());
            xids++;
            for (Write write : transaction.writes(false)) {
                if (write.change().kind() == RowChange.Kind.TRUNCATE) {
                    truncated(write);
                    if (invisible != null) {
                        return undo(before);
                    }
                }
                Decided<S> decided = machine.apply(stored(), kept, table, write);
                if (decided.show() instanceof Decided.Put && row == null && invisible != null) {
                    return undo(before);
                }
                if (!causal) {
                    mustNotVanish(decided, null);
                }
                take(decided, transaction.version());
            }
            applied = applied.with(transaction.origin(), 1, transaction.sequence());
            heard.put(transaction.origin(), transaction.seen());
            return true;
        }

        /** @param whole the transaction that is joined by the decision; null for none */
        private void mustNotVanish(Decided<S> decided, Transaction whole) {
            boolean waits = row != null && row.writer() == Writer.USER && log.subList(everJoined, log.size()).stream()
                    .anyMatch(t -> t.xid() == row.xid() && t != whole);
            if (waits && !(decided.show() instanceof Decided.Leave)) {
                throw new AssertionError("a local write vanished before it was captured");
            }
        }

        private Region copy() {
            Region copy = new Region(name, rule);
            copy.row = row;
            copy.kept = kept;
            copy.table = table;
            copy.keptAt = keptAt;
            copy.tableAt = tableAt;
            return copy;
        }

        private boolean undo(Region before) {
            row = before.row;
            kept = before.kept;
            table = before.table;
            keptAt = before.keptAt;
            tableAt = before.tableAt;
            return false;
        }

        private void take(Decided<S> decided, Version version) {
            keep(decided.kept());
            Version written = version != null ? version : new Version(++clock, name);
            if (decided.show() instanceof Decided.Put put) {
                row = new Stored(row(put.row()), Writer.NODE, written, xids++);
            } else if (decided.show() instanceof Decided.Remove) {
                row = null;
            }
        }

        private void keep(Kept<S> next) {
            kept = next == null ? null : new Kept<>(rule.decode(rule.encode(next.state())), next.captured(), next.waiting(), next.withheld());
            keptAt = ++events;
        }

        /** One step of a round: its start, its end, or what follows. */
        void round() {
            if (round == null) {
                round = new Round(events, xids);
            } else if (log.subList(shipped, log.size()).stream().noneMatch(t -> t.xid() < round.xids())) {
                horizon = round.xids();
                settle(round);
                drop(round);
                round = null;
            }
        }

        private void settle(Round passed) {
            if (kept != null && kept.waiting() && keptAt <= passed.event() && invisible == null && !has(Fault.NOT_SETTLED)) {
                take(machine.settle(stored(), kept), null);
            }
        }

        private void drop(Round passed) {
            Seen all = new SeenMatrix(name, names, applied, heard).seenByAll();
            if (has(Fault.DROPPED_WHEN_ACKNOWLEDGED)) {
                all = acknowledged();
            }
            boolean dropAtOnce = has(Fault.DROPPED_WITHOUT_ROUND);
            if (kept != null && (keptAt <= passed.event() || dropAtOnce) && invisible == null && machine.droppable(stored(), kept, all)) {
                kept = null;
                drops++;
            }
            if (table != null && tableAt <= passed.event() && rule.stable(table, all)) {
                table = null;
            }
        }

        private Seen acknowledged() {
            Seen all = Seen.NONE;
            for (Region origin : regions) {
                long least = regions.stream().filter(r -> r != origin).mapToLong(r -> r.applied.of(origin.name) == null ? 0
                        : r.applied.of(origin.name).sequence()).min().orElse(0);
                all = least == 0 ? all : all.with(origin.name, 1, least);
            }
            return all;
        }
    }

    record Round(int event, long xids) {
    }

    final List<Region> regions = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final boolean causal;
    final Fault fault;
    /** A row that every region has from before it took part, or null. */
    String[] before;
    int events;
    static long drops;

    /** @param causal whether a transaction waits for what it has seen (convergence rule 9) */
    KeyModel(int size, boolean causal, Fault fault, Function<String, KeyRule<S>> rules) {
        this.causal = causal;
        this.fault = fault;
        for (int i = 0; i < size; i++) {
            names.add("abcde".substring(i, i + 1));
            regions.add(new Region(names.get(i), rules.apply(names.get(i))));
        }
    }

    void standBefore(String... values) {
        before = values;
        Row row = new Row(values);
        for (Region region : regions) {
            region.row = new Stored(row, Writer.USER, new Version(0, region.name), 0);
        }
    }

    static Row row(Image image) {
        return new Row(T.columns().stream().map(column -> image.values().get(column.name())).toArray(String[]::new));
    }

    /** Everything captured, delivered and settled; false when something stays stuck. */
    boolean drain() {
        for (Region region : regions) {
            region.appear();
            while (region.joined < region.log.size()) {
                region.capture(false);
            }
            region.ship();
        }
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Region region : regions) {
                for (Region origin : regions) {
                    Transaction next = origin == region ? null : region.nextFrom(origin);
                    moved |= next != null && region.apply(next);
                }
            }
        }
        regions.forEach(region -> {
            for (int i = 0; i < 4; i++) {
                region.round();
            }
        });
        return regions.stream().allMatch(r -> regions.stream().allMatch(o -> o == r || o.log.isEmpty()
                || r.applied.includes(o.name, 1, o.log.size())));
    }

    List<Transaction> transactions() {
        return regions.stream().flatMap(region -> region.log.stream()).collect(Collectors.toList());
    }

    /** Whether every region shows the row that it is to show, or none. */
    boolean allShow(Function<String, Optional<Row>> wanted) {
        return regions.stream().allMatch(r -> Optional.ofNullable(r.row).map(Stored::row).equals(wanted.apply(r.name)));
    }
}
