package io.rowmesh.agent.capture;

import org.postgresql.replication.LogSequenceNumber;

/**
 * Decides how to start from the slot, the recorded epoch and the change log together (hazards H31, H32): a gap between them is
 * writes that no other region would ever get, so it is never bridged silently.
 */
final class SlotCheck {

    private SlotCheck() {
    }

    sealed interface Decision permits StartFresh, Resume, Refuse {
    }

    /** Nothing was captured yet: begin this epoch. */
    record StartFresh(int epoch, boolean createSlot) implements Decision {
    }

    /**
     * Go on where the change log ends.
     *
     * @param advance whether the slot stands behind the change log (a crash of either side) and is to be moved up to it, so
     *                that nothing the change log has is delivered again
     */
    record Resume(int epoch, boolean advance) implements Decision {
    }

    /** A person has to decide; the sentence says what is wrong and what to do. */
    record Refuse(String sentence) implements Decision {
    }

    static Decision decide(SourceState source, LogPosition log) {
        String unusable = source.slot() == null ? null : unusable(source, source.slot());
        if (unusable != null) {
            return new Refuse(unusable);
        }
        return source.newest() == null ? first(source, log) : next(source, log);
    }

    /** No epoch recorded: this is the first start, or one that crashed before it recorded its epoch. */
    private static Decision first(SourceState source, LogPosition log) {
        if (log.sequence() > 0) {
            return refuse(source, "the change log holds " + log.sequence() + " transactions of epoch " + log.epoch()
                    + ", but the database has no record of any epoch");
        }
        return new StartFresh(log.highestEpoch() + 1, source.slot() == null);
    }

    private static Decision next(SourceState source, LogPosition log) {
        EpochRow newest = source.newest();
        if (!newest.region().equals(source.region())) {
            return new Refuse("this database belongs to region " + newest.region() + ", not " + source.region()
                    + ": connect the node to its own database");
        }
        if (!newest.systemIdentifier().equals(source.systemIdentifier())) {
            return refuse(source, "the database is another one than epoch " + newest.epoch() + " was recorded in (system identifier "
                    + source.systemIdentifier() + ", not " + newest.systemIdentifier() + ")");
        }
        if (log.epoch() != newest.epoch()) {
            return refuse(source, log.epoch() == 0 ? "the change log of epoch " + newest.epoch() + " is lost"
                    : "the change log is of epoch " + log.epoch() + ", the database in epoch " + newest.epoch());
        }
        if (source.slot() == null) {
            return refuse(source, "replication slot " + source.slotName() + " is gone");
        }
        return resume(source, source.slot(), log);
    }

    private static Decision resume(SourceState source, SlotState slot, LogPosition log) {
        if (Long.compareUnsigned(slot.confirmedPosition(), log.position()) > 0) {
            return refuse(source, "replication slot " + slot.name() + " stands at " + lsn(slot.confirmedPosition())
                    + ", past the change log, which ends at " + lsn(log.position()));
        }
        if (Long.compareUnsigned(log.position(), source.flushedPosition()) > 0) {
            return refuse(source, "the database went back to " + lsn(source.flushedPosition()) + ", before " + lsn(log.position())
                    + ", up to which the change log has it (was it restored from a backup?)");
        }
        return new Resume(log.epoch(), slot.confirmedPosition() != log.position());
    }

    /** Why nobody could read our changes from this slot, whatever else is so; null when one can. */
    private static String unusable(SourceState source, SlotState slot) {
        if (!"pgoutput".equals(slot.plugin()) || !source.database().equals(slot.database())) {
            return "replication slot " + slot.name() + " is not ours (plugin " + slot.plugin() + ", database " + slot.database()
                    + "): name another slot in the configuration";
        }
        if ("lost".equals(slot.walStatus()) || slot.invalidationReason() != null) {
            String reason = slot.invalidationReason() == null ? "its log was removed" : slot.invalidationReason();
            return sentence(source, "the server has invalidated replication slot " + slot.name() + " (" + reason + ")");
        }
        return null;
    }

    private static Refuse refuse(SourceState source, String what) {
        return new Refuse(sentence(source, what));
    }

    private static String sentence(SourceState source, String what) {
        return what + ", so writes in region " + source.region() + " may be missing from what was captured: run `rowmesh new-epoch`,"
                + " then load the other regions from this one again";
    }

    private static String lsn(long position) {
        return LogSequenceNumber.valueOf(position).asString();
    }
}
