package io.rowmesh.agent.capture;

import io.rowmesh.agent.log.ChangeLog;

/** How far the change log is. */
record LogPosition(int epoch, int highestEpoch, long sequence, long position) {

    static LogPosition of(ChangeLog log) {
        return new LogPosition(log.epoch(), log.highestEpoch(), log.lastSequence(), log.lastPosition());
    }
}
