package io.rowmesh.rules.unique;

/** Something to be done so that the right rows are shown, in the order in which it can be done. */
public record Move(Kind kind, Standing row) {

    /** In the order in which moves are done: no row is put into the table before all that leave it have left. */
    public enum Kind {
        /** A hidden row goes, as the table has a newer row of its key. */
        DROP_HIDDEN,
        /** A row of the table goes, as a newer row of its key is hidden. */
        DROP_SHOWN,
        /** A row goes from the table to the hidden ones. */
        HIDE,
        /** A hidden row goes to the table. */
        SHOW
    }
}
