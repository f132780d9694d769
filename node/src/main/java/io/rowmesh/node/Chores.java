package io.rowmesh.node;

import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** What the clock makes a node do in its region's database. Two implementations: PostgreSQL and MySQL. */
interface Chores {

    /** Writes the heartbeat row. */
    void beat() throws SQLException;

    /** How many rows are parked, by origin. */
    Map<String, Integer> parked() throws SQLException;

    /** How many bytes the database has written beyond a position of its log; null when that cannot be told. */
    Long behind(long position) throws SQLException;

    /** A position of the database's log, as its tools show it. */
    String place(long position);

    /** A step of collecting tombstones. */
    void collect() throws SQLException;

    /** How many tombstones stand. */
    long tombstones() throws SQLException;

    /** What of the history waits for a person, and what there was of late. */
    StatusReport.History history() throws SQLException;

    /** A step of dropping what is older than the history keeps. */
    void trimHistory() throws SQLException;

    /** For each origin the last transaction that is applied here. */
    Seen applied() throws SQLException;

    /** Whether nothing may be applied yet, so that no region's silence counts. */
    boolean comesFirst();

    /** Tables that ought to be sent and are not captured. */
    List<TableId> uncaptured() throws SQLException;

    /** What only this kind of database needs. */
    List<Repeated> more();

    /** A sentence for each thing that a person should know of it. */
    List<String> notices();
}
