package io.rowmesh.node.history;

import io.rowmesh.node.admin.TextTable;

import java.util.List;

/** Parked rows in words. */
public final class ParkedText {

    private ParkedText() {
    }

    public static String table(List<ParkedRow> entries) {
        TextTable table = new TextTable("ID", "PARKED AT", "TABLE", "KEY", "CHANGE", "ORIGIN", "SEQUENCE", "WAITS FOR", "SQLSTATE", "REASON");
        for (ParkedRow p : entries) {
            table.row(p.id(), p.parkedAt(), p.tableId(), p.key(), p.kind(), p.origin(), p.sequence(),
                    p.waitsFor() == null ? "its cause" : "entry " + p.waitsFor(), p.sqlstate(), p.reason());
        }
        return table.toString();
    }

    /** @param waiting how many entries wait behind it */
    public static String details(ParkedRow p, long waiting) {
        return "parked entry " + p.id() + ": " + p.kind() + " of " + p.tableId() + ", key " + TextTable.printable(p.key()) + "\n\n"
                + "from      " + p.origin() + ", sequence " + p.sequence() + " of epoch " + p.epoch() + ", committed " + p.committedAt() + "\n"
                + "parked    " + p.parkedAt() + "\n"
                + "reason    " + TextTable.printable(p.reason()) + " (SQLSTATE " + p.sqlstate() + ")\n"
                + "waits for " + waitsFor(p) + "\n"
                + (waiting == 0 ? "" : "behind it " + waiting + (waiting == 1 ? " later change of this key waits\n" : " later changes of this key wait\n"))
                + (p.retriedAt() == null ? "" : "retried   " + p.retriedAt() + ", and refused\n")
                + (p.retryRequestedAt() == null ? "" : "retry     asked for at " + p.retryRequestedAt() + "; the node has not taken it up yet\n")
                + "stood     " + (p.stored() == null ? "no row, when it was parked" : ConflictText.version(p.storedOrigin(), p.storedAt())) + "\n"
                + ConflictText.rows("STOOD", p.stored(), "INCOMING", p.incoming());
    }

    private static String waitsFor(ParkedRow p) {
        return p.waitsFor() != null ? "entry " + p.waitsFor() + ", an earlier change of this key"
                : "its cause to be mended, then 'rowmesh parked retry " + p.id() + "'; or for 'rowmesh parked settle " + p.id() + "'";
    }
}
