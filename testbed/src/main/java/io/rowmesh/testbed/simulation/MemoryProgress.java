package io.rowmesh.testbed.simulation;

import io.rowmesh.applier.write.Progress;
import io.rowmesh.schema.TransactionHeader;

import java.sql.SQLException;

/** The progress that one origin makes in a simulated database: a row of its transaction, unless a planted fault puts it elsewhere. */
final class MemoryProgress {

    private final World world;
    private final Database database;
    private final int origin;

    MemoryProgress(Database database, int origin) {
        this.world = database.world;
        this.database = database;
        this.origin = origin;
    }

    private boolean is(Fault fault) {
        return world.planted == fault;
    }

    Progress of(String region) {
        int number = World.number(region);
        if (is(Fault.RESUME_BY_ORIGIN_POSITION)) {
            long reached = world.regions[database.region].originPosition[number];
            return reached == 0 ? Progress.NONE : new Progress(1, reached, 0);
        }
        ProgressRows.ProgressRow last = database.progress.last(number);
        return last == null ? Progress.NONE : new Progress(1, last.sequence(), last.micros());
    }

    /** In the transaction that applies. */
    void write(TransactionHeader header, DbTransaction own) throws SQLException {
        if (is(Fault.PROGRESS_BEFORE_DATA)) {
            DbTransaction before = database.begin(origin, false);
            before.micros = header.commitMicros();
            before.stamped = true;
            before.wrote = true;
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), before);
            database.append(before);
            database.makeVisible(before);
        } else if (!is(Fault.PROGRESS_AFTER_DATA) && !is(Fault.DUPLICATES_APPLIED)) {
            database.progress.append(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        } else if (is(Fault.DUPLICATES_APPLIED)) {
            database.progress.appendAgain(origin, header.sequence(), header.commitMicros(), database.log.size(), own);
        }
    }

    /** For a planted fault: in a transaction of its own. */
    void writeAfter(DbTransaction data) throws SQLException {
        DbTransaction after = database.begin(origin, false);
        after.micros = data.micros;
        after.stamped = true;
        after.wrote = true;
        database.progress.appendAgain(origin, data.sequence, data.micros, database.log.size(), after);
        database.append(after);
        if (world.choices.perMille(100)) {
            database.abort(after);
            database.log.remove(database.log.size() - 1);
            throw new SQLException("the connection broke before progress was written", "08006");
        }
        database.makeVisible(after);
    }
}
