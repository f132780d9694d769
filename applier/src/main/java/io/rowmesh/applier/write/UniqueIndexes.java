package io.rowmesh.applier.write;

import io.rowmesh.schema.TableId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The secondary unique keys of a table, as the catalog of this database has them. */
public final class UniqueIndexes {

    private static final String INDEXES = """
            select ic.relname, i.indpred is not null, i.indexprs is not null, not i.indimmediate, i.indisexclusion,
              coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
              array(select a.attname::text from generate_series(1, i.indnkeyatts) p(n)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.n - 1] order by p.n),
              array(select coalesce((select quote_ident(n2.nspname) || '.' || quote_ident(l.collname) from pg_collation l
                  join pg_namespace n2 on n2.oid = l.collnamespace where l.oid = i.indcollation[p.n - 1]), '')
                from generate_series(1, i.indnkeyatts) p(n) order by p.n)
            from pg_index i join pg_class c on c.oid = i.indrelid join pg_class ic on ic.oid = i.indexrelid
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relname = ? and (i.indisunique or i.indisexclusion) and not i.indisprimary order by ic.relname""";

    /**
     * A unique key.
     *
     * @param columns    in the order of the index
     * @param collations of each column, quoted; empty where its type has none
     * @param refusal    why it cannot be decided by rows, such as {@code is partial}; null when it can
     */
    public record Index(String name, List<String> columns, List<String> collations, String refusal) {
    }

    private UniqueIndexes() {
    }

    /** All that there are, by name. */
    public static List<Index> of(Connection connection, TableId table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(INDEXES)) {
            query.setString(1, table.schema());
            query.setString(2, table.name());
            try (ResultSet row = query.executeQuery()) {
                List<Index> found = new ArrayList<>();
                while (row.next()) {
                    found.add(new Index(row.getString(1), List.of((String[]) row.getArray(7).getArray()),
                            List.of((String[]) row.getArray(8).getArray()), refusal(row)));
                }
                return found;
            }
        }
    }

    private static String refusal(ResultSet row) throws SQLException {
        if (row.getBoolean(5)) {
            return "is an exclusion constraint";
        }
        return row.getBoolean(2) ? "is partial" : row.getBoolean(3) ? "is on an expression" : row.getBoolean(4) ? "is deferrable"
                : row.getBoolean(6) ? "is NULLS NOT DISTINCT" : null;
    }

    /** @throws SQLException with state 0A000 when one of them cannot be decided by rows */
    static List<Index> decidable(Connection connection, TableId table) throws SQLException {
        List<Index> found = of(connection, table);
        for (Index each : found) {
            if (each.refusal() != null) {
                throw new SQLException("the unique key " + each.name() + " of " + table + " " + each.refusal()
                        + ", which unique: newest-wins does not decide; make it a plain one, or set unique: park", "0A000");
            }
        }
        return found;
    }
}
