package io.rowmesh.applier.mysql;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.mysql.MySqlNames;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Tables as they are in a MySQL database. */
public final class MySqlShapes {

    private MySqlShapes() {
    }

    /** @throws SQLException of class 42 where a table is gone, or holds what cannot be carried */
    public static List<TableShape> read(Connection connection, MySqlNames names, Collection<TableId> tables) throws SQLException {
        MySqlCatalog catalog = new MySqlCatalog(connection, names);
        List<TableShape> shapes = new ArrayList<>();
        for (TableId table : tables) {
            shapes.add(catalog.table(table).shape());
        }
        return shapes;
    }
}
