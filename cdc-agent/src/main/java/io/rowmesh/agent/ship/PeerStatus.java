package io.rowmesh.agent.ship;

/**
 * How shipping to one region stands.
 *
 * @param connected            whether it has a stream open
 * @param shippedSequence      the last transaction handed whole to its stream; where the stream began, before the first
 * @param acknowledgedSequence the last transaction durable in its database
 * @param backlogTransactions  transactions in the change log that it has not acknowledged
 * @param lastError            why its last stream ended or was refused; null while all is well
 */
public record PeerStatus(String region, boolean connected, long shippedSequence, long acknowledgedSequence,
                         long backlogTransactions, String lastError) {
}
