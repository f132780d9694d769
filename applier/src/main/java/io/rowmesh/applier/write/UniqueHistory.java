package io.rowmesh.applier.write;

import io.rowmesh.applier.history.ConflictRecord;
import io.rowmesh.applier.history.Decision;
import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.applier.unique.Showing;
import io.rowmesh.applier.unique.UniqueRepair;
import io.rowmesh.rules.ConflictType;
import io.rowmesh.rules.RowRule;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableShape;

import java.util.List;

/** What was done to tables under unique: newest-wins, as the conflict history has it. */
final class UniqueHistory {

    private static final String REPLACED = "a write of the key by region %s, which is newer, stands instead; this row was hidden when it was made, or came with it";

    private UniqueHistory() {
    }

    /** Rows and deletes that had not seen each other. */
    static FallenRows fallen(UniqueRepair done) {
        TableShape table = done.table();
        List<FallenRow> rows = done.metRows().stream().map(each -> new FallenRow(RowKey.of(table, each.row()), NamedRow.of(table, each.row()),
                each.version(), new PastDelete("", each.delete().version(), each.delete().epoch(), each.delete().sequence()))).toList();
        long kept = rows.stream().filter(FallenRow::stays).count();
        return new FallenRows(rows, rows.size() - kept + done.more(), kept);
    }

    /** Rows that another region's write of their key has replaced. */
    static List<ConflictRecord> replaced(TableShape table, List<Showing.Replaced> rows) {
        return rows.stream().filter(each -> !each.stays().version().origin().equals(each.gone().version().origin()))
                .map(each -> record(table, each)).toList();
    }

    private static ConflictRecord record(TableShape table, Showing.Replaced rows) {
        return new ConflictRecord(ConflictType.INSERT_EXISTS, table.id(), RowKey.of(table, rows.gone().row()), RowRule.LAST_WRITE_WINS.label(),
                Decision.DELETED, new ConflictRecord.Side(NamedRow.of(table, rows.gone().row()), rows.gone().version()), null, null,
                REPLACED.formatted(rows.stays().version().origin()));
    }
}
