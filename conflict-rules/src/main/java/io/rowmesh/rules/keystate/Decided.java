package io.rowmesh.rules.keystate;

import java.util.List;

/**
 * What is to be done about a key: kept from now on, and done to its row.
 *
 * @param met what the history is to tell of it
 */
public record Decided<S>(Kept<S> kept, Show show, List<Met> met) {

    /** Of what is no conflict. */
    public Decided(Kept<S> kept, Show show) {
        this(kept, show, List.of());
    }

    /** What is to be done to the row. */
    public sealed interface Show {
    }

    /** It stays as it is. */
    public record Leave() implements Show {
    }

    /** It is to hold these values, whether it is there or not. */
    public record Put(Image row) implements Show {
    }

    /** It is to be deleted. */
    public record Remove() implements Show {
    }
}
