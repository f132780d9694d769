package io.rowmesh.node.prepare;

import io.rowmesh.agent.capture.CaptureCheck;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the tables of the user's database from the system catalog. */
final class Catalog {

    /** The tables that a pattern of the configuration can mean. */
    private static final String ORDINARY = """
            c.relkind = 'r' and c.relpersistence <> 't' and n.nspname not in ('information_schema', 'rowmesh')
            and n.nspname !~ '^pg_'""";

    private static final String TABLES = """
            select n.nspname, c.relname, c.oid::bigint as oid, c.relpersistence::text, c.relreplident::text,
                   case when k.indrelid is null then 'NONE' when not k.indimmediate then 'DEFERRABLE' else 'USABLE' end as key,
                   c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
                       and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage')) as hides_rows,
                   has_table_privilege(r.oid, c.oid, 'select') as may_select,
                   has_table_privilege(r.oid, c.oid, 'insert') as may_insert,
                   has_table_privilege(r.oid, c.oid, 'update') as may_update,
                   has_table_privilege(r.oid, c.oid, 'delete') as may_delete,
                   has_table_privilege(r.oid, c.oid, 'truncate') as may_truncate
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 join pg_roles r on r.rolname = ?
                 left join pg_index k on k.indrelid = c.oid and k.indisprimary
            where\s""" + ORDINARY;

    private static final String COLUMNS = """
            select a.attrelid::bigint as oid, a.attname, a.attidentity::text, a.attgenerated <> '' as generated,
                   coalesce(a.attnum = any (k.indkey), false) as key
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                 left join pg_index k on k.indrelid = c.oid and k.indisprimary
            where a.attnum > 0 and not a.attisdropped and\s""" + ORDINARY + " order by a.attrelid, a.attnum";

    /** A and R: they fire although session_replication_role is replica. */
    private static final String TRIGGERS = """
            select n.nspname, c.relname, t.tgname from pg_trigger t
            join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            where not t.tgisinternal and t.tgenabled in ('A', 'R') and\s""" + ORDINARY + " order by 1, 2, 3";

    private Catalog() {
    }

    /** Triggers of the tables to which changes are applied that fire for those too. */
    static List<Finding> wakefulTriggers(DSLContext sql, ResolvedTables resolved) {
        return sql.fetch(TRIGGERS).stream().filter(row -> resolved.receiving().contains(id(row)))
                .map(row -> Finding.note("the trigger " + row.get("tgname", String.class) + " of " + id(row) + " is ENABLE ALWAYS or REPLICA",
                        "It fires for applied rows as well, and what it then writes is not shipped to other regions.")).toList();
    }

    static List<TableId> tables(Connection connection) {
        return ControlSchema.sql(connection)
                .fetch("select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where " + ORDINARY)
                .map(Catalog::id);
    }

    /** The state of the tables that take part, in the order of their names, for the role of that name, which must exist. */
    static List<TableState> states(Connection connection, String role, ResolvedTables resolved) {
        DSLContext sql = ControlSchema.sql(connection);
        Map<Long, List<TableState.ColumnState>> columns = sql.fetch(COLUMNS).stream().collect(
                Collectors.groupingBy(row -> row.get("oid", Long.class), Collectors.mapping(Catalog::column, Collectors.toList())));
        return sql.fetch(TABLES, role).stream()
                .filter(row -> resolved.modes().containsKey(id(row)))
                .map(row -> state(row, resolved.modes().get(id(row)), columns.getOrDefault(row.get("oid", Long.class), List.of()),
                        notCarried(connection, id(row))))
                .sorted(java.util.Comparator.comparing(TableState::id)).toList();
    }

    private static TableState state(Record row, TableMode mode, List<TableState.ColumnState> columns, List<String> notCarried) {
        return new TableState(id(row), mode, row.get("relpersistence", String.class).equals("u"),
                row.get("relreplident", String.class), TableState.Key.valueOf(row.get("key", String.class)),
                row.get("hides_rows", boolean.class), missing(row, mode), columns, notCarried);
    }

    private static List<String> notCarried(Connection connection, TableId table) {
        try {
            return CaptureCheck.notCarried(connection, table);
        } catch (SQLException e) {
            throw new DataAccessException("cannot look at table " + table + ": " + e.getMessage(), e);
        }
    }

    /** What is shipped is also read (a load, a value that the log leaves out); what is applied is written as well. */
    private static List<String> missing(Record row, TableMode mode) {
        List<String> needed = mode.receives() ? List.of("select", "insert", "update", "delete", "truncate") : List.of("select");
        List<String> missing = new ArrayList<>(needed);
        missing.removeIf(privilege -> row.get("may_" + privilege, boolean.class));
        return missing;
    }

    private static TableState.ColumnState column(Record row) {
        return new TableState.ColumnState(row.get("attname", String.class), row.get("key", boolean.class),
                row.get("attidentity", String.class), row.get("generated", boolean.class));
    }

    private static TableId id(Record row) {
        return new TableId(row.get("nspname", String.class), row.get("relname", String.class));
    }
}
