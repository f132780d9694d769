package io.rowmesh.applier.write;

import io.rowmesh.applier.receive.StreamException;
import io.rowmesh.rules.CausalDelivery;
import io.rowmesh.rules.CausalDelivery.Lacking;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where a lane holds a transaction whose rules decide by what its origin had seen, until all of that is applied here
 * (convergence rule 9). It holds no lock and no database transaction meanwhile. Seen has no cycles, so no two lanes ever wait
 * for each other; but a link that is cut also holds what depends on it.
 */
final class CausalGate {

    /** What the database says that is applied of an origin. */
    interface ProgressOf {
        Progress read(String origin) throws SQLException;
    }

    private final ApplierOptions options;
    private final AppliedVector applied;
    /** What the database has said over the lane's present connection. */
    private Seen certain = Seen.NONE;
    private volatile Held held;

    private record Held(TransactionHeader header, Lacking lacking, long sinceNanos) {
    }

    CausalGate(ApplierOptions options, AppliedVector applied) {
        this.options = options;
        this.applied = applied;
    }

    /** The lane has a new connection: a crash of the database may have undone what was certain. */
    void connected() {
        certain = Seen.NONE;
        held = null;
    }

    /**
     * Whether a transaction may be applied now; waits for a while when it may not. To be asked again until it may.
     *
     * @throws StreamException when it never can: a person has to act
     */
    boolean open(TransactionHeader header, ProgressOf progress, Duration patience) throws SQLException {
        if (!header.causal()) {
            return true;
        }
        requireExact(header);
        for (Optional<Lacking> next = lacking(header); next.isPresent(); next = lacking(header)) {
            Lacking lacking = next.get();
            long times = applied.times(lacking.origin());
            Progress now = progress.read(lacking.origin());
            certain = certain.with(lacking.origin(), now.epoch(), now.sequence());
            if (lacking(header).equals(next)) {
                hold(header, lacking, times, patience);
                return false;
            }
        }
        held = null;
        return true;
    }

    private Optional<Lacking> lacking(TransactionHeader header) {
        return CausalDelivery.lacking(header, options.region(), certain);
    }

    private void hold(TransactionHeader header, Lacking lacking, long times, Duration patience) throws SQLException {
        if (!options.peers().contains(lacking.origin())) {
            throw StreamException.broken("transaction " + header.sequence() + " of region " + header.origin() + " had seen transaction "
                    + lacking.mark().sequence() + " of region " + lacking.origin() + " (epoch " + lacking.mark().epoch() + "), which is no"
                    + " peer here, so it can never be applied: add " + lacking.origin() + " to the peers of region " + options.region());
        }
        held = held == null ? new Held(header, lacking, System.nanoTime()) : new Held(header, lacking, held.sinceNanos());
        try {
            applied.await(lacking.origin(), lacking.mark(), times, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for region " + lacking.origin(), "57014", e);
        }
    }

    /** An origin that knows this table's rule tells it exactly, always; one that does not must not be believed. */
    private static void requireExact(TransactionHeader header) {
        if (!header.exactSeen()) {
            throw StreamException.broken("transaction " + header.sequence() + " of region " + header.origin() + " needs rules that decide"
                    + " by what was seen, and does not tell that exactly: load this region from " + header.origin() + " again");
        }
    }

    /**
     * Refuses rows of a table whose rule decides here by what was seen, when the origin did not know that rule.
     *
     * @throws StreamException with what to do
     */
    void requireDeclared(TransactionHeader header, List<RowChange> changes) {
        TableShape last = null;
        for (RowChange change : header.causal() ? List.<RowChange>of() : changes) {
            TableShape table = change.table();
            if (table != last && options.receives().test(table.id()) && options.rules().apply(table.id()).deciding()) {
                throw StreamException.broken("transaction " + header.sequence() + " of region " + header.origin() + " wrote table "
                        + table.id() + " without its rule, which decides here by what was seen: give the table the same rule in all"
                        + " regions, while nobody writes to it and everything written before is applied everywhere");
            }
            last = table;
        }
    }

    /** What it waits for, a sentence; null when it does not. */
    String holding() {
        Held now = held;
        if (now == null) {
            return null;
        }
        Seen.Mark here = applied.of(now.lacking().origin());
        Seen.Mark mark = now.lacking().mark();
        return "transaction " + now.header().sequence() + " of " + now.header().origin() + " waits for transaction " + mark.sequence()
                + " of " + now.lacking().origin() + " (epoch " + mark.epoch() + "), which it had seen; applied here from "
                + now.lacking().origin() + ": " + (here == null || here.sequence() == 0 ? "nothing yet" : here.sequence() + " (epoch " + here.epoch() + ")");
    }

    /** For how long it has been waiting, nanoseconds; 0 when it does not. */
    long heldNanos() {
        Held now = held;
        return now == null ? 0 : System.nanoTime() - now.sinceNanos();
    }
}
