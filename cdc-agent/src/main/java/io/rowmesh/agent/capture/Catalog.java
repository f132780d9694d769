package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads table definitions from the local database. */
final class Catalog {

    private static final String TABLE = """
            select c.oid, c.relkind::text, c.relpersistence::text, c.relreplident::text,
                   exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indimmediate)
              from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?""";
    private static final String COLUMNS = """
            with recursive base (oid, base) as (
                select oid, oid from pg_type where typtype <> 'd'
                union all
                select d.oid, b.base from pg_type d join base b on d.typbasetype = b.oid where d.typtype = 'd')
            select a.attname, format_type(a.atttypid, a.atttypmod), t.typname, t.typtype::text,
                   t.typnamespace = 'pg_catalog'::regnamespace, b.oid <> b.base, coalesce(l.collisdeterministic, true),
                   a.attgenerated <> '', coalesce(a.attnum = any (i.indkey), false)
              from pg_attribute a
              join base b on b.oid = a.atttypid
              join pg_type t on t.oid = b.base
              left join pg_collation l on l.oid = a.attcollation
              left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
             where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped order by a.attnum""";

    private Catalog() {
    }

    /** Empty when there is no such table. */
    static Optional<CatalogTable> read(Connection connection, TableId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, id.schema());
            statement.setString(2, id.name());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                List<CatalogColumn> columns = readColumns(connection, row.getString(1));
                return Optional.of(new CatalogTable(id, row.getString(2).charAt(0), row.getString(3).charAt(0),
                        row.getString(4).charAt(0), row.getBoolean(5), columns));
            }
        }
    }

    private static List<CatalogColumn> readColumns(Connection connection, String oid) throws SQLException {
        List<CatalogColumn> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(new CatalogColumn(row.getString(1), row.getString(2), row.getString(3), row.getString(4).charAt(0),
                            row.getBoolean(5), row.getBoolean(6), row.getBoolean(7), row.getBoolean(8), row.getBoolean(9)));
                }
            }
        }
        return columns;
    }
}
