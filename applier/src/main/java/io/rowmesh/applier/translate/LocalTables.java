package io.rowmesh.applier.translate;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.types.LocalColumns;

import java.sql.SQLException;

/** Looks local tables up; each kind of database has its own catalog. */
@FunctionalInterface
public interface LocalTables {

    /** @throws SQLException of class 42 when there is no such table here; of another one when the catalog cannot be read just now */
    LocalColumns columns(TableId table) throws SQLException;
}
