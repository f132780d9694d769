package io.rowmesh.applier.write;

import java.sql.SQLException;

/** How one change is written that does not go with a group, by what its table's rules need. */
sealed interface ChangeWriter permits CounterWriter, KeptWriter, UniqueWriter {

    /** One statement of the change; false when it is done. */
    boolean step() throws SQLException;

    /** Whether the change counts as applied, once it is done; else as skipped. */
    boolean written();

    /** Tells the outcome what the change met, once it is done. */
    void tell();
}
