package io.rowmesh.rules;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Regions that write one key of a table with counters, in atomic steps, with causal delivery and a capture that lags: the
 * production decision, and an oracle that knows no order.
 */
final class CountersModel {

    static final TableShape T = new TableShape(new TableId("s", "t"), List.of(new Column("id", "integer", true),
            new Column("n", "integer", false), new Column("hi", "integer", false), new Column("lo", "integer", false),
            new Column("tags", "text[]", false), new Column("v", "text", false)));
    static final TableRules RULES = TableRules.counting(Map.of("n", ColumnRule.SUM, "hi", ColumnRule.MAX, "lo", ColumnRule.MIN,
            "tags", ColumnRule.UNION));

    /** What is done wrong on purpose. */
    enum Fault { NONE, DELETE_KNOWN_AT_CAPTURE, NOT_CAUSAL, SEEN_OVERSTATED, SEEN_UNDERSTATED, VERSION_LOST,
        DELETE_BY_VERSION }

    record Transaction(String origin, long sequence, Version version, Seen seen, List<RowChange> changes) {
    }

    final class Region {
        final String name;
        final List<Transaction> log = new ArrayList<>();
        int captured;
        Seen applied = Seen.NONE;
        StoredRow row;
        Deletes captures = Deletes.NONE;
        long clock;

        Region(String name) {
            this.name = name;
        }

        /** A local transaction: each step sees the row and may commit a change of it. */
        void commit(long timestamp, List<Consumer<List<RowChange>>> steps) {
            clock = timestamp;
            Version version = new Version(timestamp, name);
            List<RowChange> changes = new ArrayList<>();
            for (Consumer<List<RowChange>> step : steps) {
                int before = changes.size();
                step.accept(changes);
                changes.subList(before, changes.size()).forEach(change -> written(change, version));
            }
            if (!changes.isEmpty()) {
                log.add(new Transaction(name, log.size() + 1, version, told(), changes));
            }
        }

        private void written(RowChange change, Version version) {
            row = change.kind() == RowChange.Kind.DELETE ? null : new StoredRow(RowChange.keyImage(change), version);
        }

        private Seen told() {
            String other = regions.get(0) == this ? regions.get(1).name : regions.get(0).name;
            Seen.Mark mark = applied.of(other);
            if (fault == Fault.SEEN_OVERSTATED) {
                return applied.with(other, 1, mark == null ? 1 : mark.sequence() + 1);
            }
            if (fault == Fault.SEEN_UNDERSTATED && mark != null) {
                Seen less = Seen.NONE.with(other, 1, mark.sequence() - 1);
                for (var entry : applied.marks().entrySet()) {
                    less = entry.getKey().equals(other) ? less : less.with(entry.getKey(), 1, entry.getValue().sequence());
                }
                return less;
            }
            return applied;
        }

        void capture() {
            Transaction next = log.get(captured++);
            if (next.changes().stream().anyMatch(c -> c.kind() == RowChange.Kind.DELETE)) {
                captures = captures.with(name, 1, next.sequence());
            }
        }

        Deletes deletes() {
            boolean pending = fault != Fault.DELETE_KNOWN_AT_CAPTURE && log.subList(captured, log.size()).stream()
                    .flatMap(t -> t.changes().stream()).anyMatch(c -> c.kind() == RowChange.Kind.DELETE);
            return new Deletes(captures.last(), pending);
        }

        Transaction nextFrom(Region origin) {
            Seen.Mark mark = applied.of(origin.name);
            int at = mark == null ? 0 : (int) mark.sequence();
            if (at >= origin.captured) {
                return null;
            }
            Transaction next = origin.log.get(at);
            Seen needed = Seen.NONE;
            for (var entry : next.seen().marks().entrySet()) {
                needed = entry.getKey().equals(name) ? needed : needed.with(entry.getKey(), 1, entry.getValue().sequence());
            }
            return fault == Fault.NOT_CAUSAL || fault == Fault.SEEN_OVERSTATED || applied.atLeast(needed) ? next : null;
        }

        void apply(Transaction transaction) {
            clock = Math.max(clock, transaction.version().commitMicros());
            for (RowChange change : transaction.changes()) {
                if (change.kind() == RowChange.Kind.DELETE) {
                    captures = captures.with(transaction.origin(), 1, transaction.sequence());
                    if (fault != Fault.DELETE_BY_VERSION || row == null || row.version().compareTo(transaction.version()) < 0) {
                        row = null;
                    }
                } else {
                    apply(transaction, change);
                }
            }
            applied = applied.with(transaction.origin(), 1, transaction.sequence());
        }

        private void apply(Transaction transaction, RowChange change) {
            Incoming incoming = new Incoming(change, transaction.version(), 1, transaction.sequence(),
                    transaction.seen().with(transaction.origin(), 1, transaction.sequence()));
            Counted counted = Counters.decide(RULES, row, deletes(), incoming);
            if (counted instanceof Counted.Inserted inserted) {
                row = new StoredRow(inserted.row(), transaction.version());
            } else if (counted instanceof Counted.Merged merged) {
                row = new StoredRow(merged.row(), fault == Fault.VERSION_LOST ? transaction.version() : merged.version());
            } else if (fault == Fault.NONE && ((Counted.Dropped) counted).why() == Counted.Why.MISSING) {
                throw new AssertionError("under causal delivery the row of a counting update is there");
            }
        }

        Consumer<List<RowChange>> insert(int n, String v) {
            return changes -> {
                if (row == null) {
                    changes.add(new RowChange.Insert(T, new Row("1", "" + n, "" + n, "" + n, "{" + v + "}", v)));
                }
            };
        }

        /** As the trigger leaves it: max, min and union never go back. */
        Consumer<List<RowChange>> update(int add, String v) {
            return changes -> {
                if (row != null) {
                    Row old = row.row();
                    int n = Integer.parseInt(old.get(1)) + add;
                    Row after = new Row("1", "" + n, Numbers.max(old.get(2), "" + n), Numbers.min(old.get(3), "" + n),
                            SetText.union("text[]", List.of(old.get(4), "{" + v + "}")), v);
                    changes.add(new RowChange.Update(T, old, after));
                }
            };
        }

        Consumer<List<RowChange>> delete() {
            return changes -> {
                if (row != null) {
                    changes.add(new RowChange.Delete(T, row.row()));
                }
            };
        }
    }

    final List<Region> regions = new ArrayList<>();
    final Fault fault;

    CountersModel(int size, Fault fault) {
        this.fault = fault;
        for (int i = 0; i < size; i++) {
            regions.add(new Region("abcde".substring(i, i + 1)));
        }
    }

    /** Delivers everything everywhere; false when something stays stuck. */
    boolean drain() {
        regions.forEach(region -> {
            while (region.captured < region.log.size()) {
                region.capture();
            }
        });
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Region region : regions) {
                for (Region origin : regions) {
                    Transaction next = origin == region ? null : region.nextFrom(origin);
                    if (next != null) {
                        region.apply(next);
                        moved = true;
                    }
                }
            }
        }
        return regions.stream().allMatch(r -> regions.stream().allMatch(o -> o == r || o.log.isEmpty()
                || r.applied.includes(o.name, 1, o.log.size())));
    }

    boolean equalToOracle() {
        StoredRow wanted = oracle();
        return regions.stream().allMatch(region -> Objects.equals(region.row, wanted));
    }

    /** What the set of changes amounts to: those that have seen every delete, added, joined, and the greatest of them. */
    private StoredRow oracle() {
        record Placed(Transaction in, int position, RowChange change) {
            boolean hasSeen(Placed other) {
                if (other.in.origin().equals(in.origin())) {
                    return other.in.sequence() < in.sequence() || (other.in == in && other.position < position);
                }
                return in.seen().includes(other.in.origin(), 1, other.in.sequence());
            }
        }
        List<Placed> all = new ArrayList<>();
        regions.forEach(region -> region.log.forEach(transaction -> {
            for (int i = 0; i < transaction.changes().size(); i++) {
                all.add(new Placed(transaction, i, transaction.changes().get(i)));
            }
        }));
        List<Placed> counting = all.stream().filter(p -> p.change.kind() != RowChange.Kind.DELETE).filter(p -> all.stream()
                .filter(d -> d.change.kind() == RowChange.Kind.DELETE).allMatch(p::hasSeen)).toList();
        if (counting.isEmpty()) {
            return null;
        }
        int n = 0;
        int hi = Integer.MIN_VALUE;
        int lo = Integer.MAX_VALUE;
        TreeSet<String> tags = new TreeSet<>();
        Placed newest = counting.get(0);
        for (Placed placed : counting) {
            Row after = RowChange.keyImage(placed.change);
            n += Integer.parseInt(after.get(1)) - (placed.change instanceof RowChange.Update u ? Integer.parseInt(u.before().get(1)) : 0);
            hi = Math.max(hi, Integer.parseInt(after.get(2)));
            lo = Math.min(lo, Integer.parseInt(after.get(3)));
            tags.addAll(List.of(after.get(4).substring(1, after.get(4).length() - 1).split(",")));
            newest = newest.in.version().compareTo(placed.in.version()) <= 0 ? placed : newest;
        }
        return new StoredRow(new Row("1", "" + n, "" + hi, "" + lo, "{" + String.join(",", tags) + "}",
                RowChange.keyImage(newest.change).get(5)), newest.in.version());
    }
}
