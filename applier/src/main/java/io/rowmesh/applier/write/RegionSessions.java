package io.rowmesh.applier.write;

import java.sql.SQLException;

/** Opens the applier's own sessions of this region's database. Two implementations: {@link ApplierSession} for PostgreSQL, and MySQL's. */
public interface RegionSessions {

    /**
     * A session that stands for an origin, of which the database has one at a time: the former one has ended, whatever became of its commit.
     *
     * @param origin the region whose transactions are applied, or {@link ApplierSession#SELF} for what repairs this region's own rows
     * @throws SQLException with state 55006 while another session stands for the origin
     */
    RegionSession open(String origin, ApplierOptions options) throws SQLException;
}
