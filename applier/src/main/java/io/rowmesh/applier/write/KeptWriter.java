package io.rowmesh.applier.write;

import io.rowmesh.applier.merge.KeyTruncate;
import io.rowmesh.applier.merge.KeyWrite;
import io.rowmesh.applier.merge.KeyedTable;
import io.rowmesh.rules.Incoming;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;

import java.sql.SQLException;
import java.util.function.Predicate;

/** One change of a table whose rule keeps a state of each key, as a lane writes it, one statement a {@link #step}. */
final class KeptWriter implements ChangeWriter {

    private final KeyWrite write;
    private final KeyTruncate truncate;
    private final Outcome outcome;
    private final String label;
    private final Predicate<Version> hadSeen;

    /**
     * @param position the change's place in its transaction
     * @throws SQLException with state 22000 when the transaction does not say what the rule decides by
     */
    KeptWriter(WriteContext context, TableRules rules, TransactionHeader header, RowChange change, long position, Outcome outcome)
            throws SQLException {
        this.outcome = outcome;
        this.label = rules.row().label();
        this.hadSeen = stored -> context.ahead().hadSeen(stored, header);
        Target target = context.target();
        KeyedTable<?> table = KeyedTable.of(rules);
        Stamp stamp = new Stamp(header.version(), header.epoch(), header.sequence(), position);
        Write incoming = new Write(stamp, rules.choosesSiblings() ? seen(header, change) : Seen.of(header.seen()), change, false);
        boolean all = change.kind() == RowChange.Kind.TRUNCATE;
        this.write = all ? null : new KeyWrite(target.merges(), target.keys(), change.table(), RowChange.keyImage(change), true,
                found -> table.apply(found, incoming));
        this.truncate = all ? new KeyTruncate(target.merges(), target.keys(), table, change.table(), incoming, true,
                found -> table.apply(found, incoming), this::tell) : null;
    }

    private void tell(KeyWrite done) {
        MetConflicts.records(done, label).stream().filter(conflict -> !hadSeen.test(conflict.stored().version())).forEach(outcome::conflict);
    }

    private static Seen seen(TransactionHeader header, RowChange change) throws SQLException {
        try {
            return Incoming.of(header, change).seen();
        } catch (IllegalArgumentException e) {
            throw new SQLException(e.getMessage(), "22000", e);
        }
    }

    @Override
    public boolean step() throws SQLException {
        return write != null ? write.step() : truncate.step();
    }

    @Override
    public void tell() {
        if (write != null) {
            tell(write);
        }
    }

    @Override
    public boolean written() {
        return write == null || write.written();
    }
}
