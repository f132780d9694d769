package io.rowmesh.agent.versions;

import io.rowmesh.agent.capture.CaptureStatus;

/**
 * How the reading of versions goes.
 *
 * @param error    one sentence on why it waits or failed, or null
 * @param position everything before it in the log is known; 0 while no log is read
 * @param gtids    the transactions that are known
 */
public record VersionStatus(CaptureStatus.State state, String error, long position, String gtids) {
}
