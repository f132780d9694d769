package io.rowmesh.schema;

/**
 * What a region had applied from another one at some moment.
 *
 * @param commitMicros greatest commit timestamp applied from it; names conflicts, never decides (convergence rule 8)
 */
public record SeenMark(String origin, int epoch, long sequence, long commitMicros) {

    /** Whether this mark covers a transaction of its origin. */
    public boolean covers(int otherEpoch, long otherSequence) {
        return epoch > otherEpoch || (epoch == otherEpoch && sequence >= otherSequence);
    }
}
