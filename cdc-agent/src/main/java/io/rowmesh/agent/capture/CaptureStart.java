package io.rowmesh.agent.capture;

import io.rowmesh.agent.log.ChangeLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Brings slot, recorded epoch and change log to where an engine may run, or refuses. */
final class CaptureStart {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureStart.class);

    private final CaptureOptions options;
    private final ChangeLog log;
    private final Connection connection;
    private final SlotControl slots;

    CaptureStart(Connection connection, CaptureOptions options, ChangeLog log) {
        this.connection = connection;
        this.options = options;
        this.log = log;
        this.slots = new SlotControl(connection, options);
    }

    /**
     * @throws CaptureRefused   when a person has to do something first
     * @throws CaptureException when the slot is still in use, which passes
     */
    void prepare() throws SQLException {
        List<String> problems = CaptureCheck.problems(connection, options);
        if (!problems.isEmpty()) {
            throw new CaptureRefused(String.join("; ", problems));
        }
        SourceState source = slots.read();
        SlotCheck.Decision decision = SlotCheck.decide(source, LogPosition.of(log));
        if (decision instanceof SlotCheck.Refuse refuse) {
            throw new CaptureRefused(refuse.sentence());
        }
        if (source.slot() != null && source.slot().activePid() != 0) {
            throw new CaptureException("replication slot " + options.slot() + " is in use by backend " + source.slot().activePid()
                    + ": is another node of region " + options.region() + " running?");
        }
        if (decision instanceof SlotCheck.StartFresh fresh) {
            startFresh(fresh, source);
        } else if (decision instanceof SlotCheck.Resume resume && resume.advance()) {
            slots.advance(log.lastPosition());
        }
        prepareSeen();
    }

    /**
     * Where the change log does not tell exactly what had been applied at its end (deciding rules are new here, or the slot was
     * made by somebody else), a reading in the log tells it from there on.
     */
    private void prepareSeen() throws SQLException {
        if (!options.exactSeen()) {
            log.forgetSeenAtEnd();
        } else if (log.seenAtEnd() == null) {
            SeenReading.write(connection, log.secret());
        }
    }

    /** The record comes last: as long as there is none, an attempt that broke off is simply made again. */
    private void startFresh(SlotCheck.StartFresh fresh, SourceState source) throws SQLException {
        SlotControl.Start start = fresh.createSlot() ? slots.create() : new SlotControl.Start(source.slot().confirmedPosition(), null);
        log.beginEpoch(fresh.epoch(), start.position(), start.seen());
        slots.record(fresh.epoch(), source.systemIdentifier(), start.position());
        LOG.info("capture of region {} begins epoch {}", options.region(), fresh.epoch());
    }
}
