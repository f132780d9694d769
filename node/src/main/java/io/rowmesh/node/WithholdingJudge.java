package io.rowmesh.node;

import io.rowmesh.agent.capture.LocalJudge;
import io.rowmesh.agent.capture.TransactionSoFar;
import io.rowmesh.applier.touch.Withholding;
import io.rowmesh.schema.RowChange;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Joins the capture to {@link Withholding}. An error starts the capture over: nothing is passed whose keys are not durable. */
final class WithholdingJudge implements LocalJudge {

    private final Withholding withholding;

    WithholdingJudge(Withholding withholding) {
        this.withholding = withholding;
    }

    @Override
    public void begin(TransactionSoFar transaction) {
        withholding.begin(transaction.version().commitMicros(), transaction.xid());
    }

    @Override
    public Optional<RowChange> message(String prefix, String content) {
        try {
            return withholding.message(prefix, content);
        } catch (SQLException e) {
            throw new IllegalStateException("a touched key cannot be looked up: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean saysAll(RowChange change) {
        return withholding.saysAll(change);
    }

    @Override
    public void wrote(List<RowChange> changes) {
        withholding.wrote(changes);
    }

    @Override
    public boolean ships(long endPosition) {
        return withholding.ships(endPosition);
    }

    @Override
    public void withhold(List<RowChange> changes) {
        try {
            withholding.withhold(changes);
        } catch (SQLException e) {
            throw new IllegalStateException("keys that must be touched cannot be recorded: " + e.getMessage(), e);
        }
    }

    @Override
    public void withheld() {
        withholding.withheld();
    }
}
