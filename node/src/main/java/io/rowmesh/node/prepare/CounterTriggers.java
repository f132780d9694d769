package io.rowmesh.node.prepare;

import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The triggers of a table with counters, which fire for local sessions only. One notes each delete of a key in the user's own
 * transaction, before anybody can judge the key again (convergence rule 10); one sees that local writes never lower a max, raise
 * a min or take from a union, and that sets have one text.
 */
public final class CounterTriggers {

    /** Fires last among a table's BEFORE triggers, which fire in the order of their names. */
    static final String JOINED = "zz_rowmesh_joined";
    static final String DELETED = "zz_rowmesh_deleted";
    static final String KEY_CHANGED = "zz_rowmesh_key_changed";
    static final String TRUNCATED = "zz_rowmesh_truncated";

    private final TableId table;
    private final List<RuleColumn> columns;
    private final TableRules rules;

    public CounterTriggers(TableId table, List<RuleColumn> columns, TableRules rules) {
        this.table = table;
        this.columns = columns;
        this.rules = rules;
    }

    /** Trigger name to the name of its function in the schema rowmesh. */
    Map<String, String> triggers() {
        return Map.of(JOINED, joined(), DELETED, deleted(), KEY_CHANGED, deleted(), TRUNCATED, deleted());
    }

    /** Function name in the schema rowmesh to its body. */
    Map<String, String> bodies() {
        return Map.of(joined(), joinedBody(), deleted(), deletedBody());
    }

    /** The statements that make or remake all of it. */
    public List<String> sql(String role) {
        List<String> sql = new ArrayList<>();
        // As the node's role, which owns the control tables: users have no right to them.
        function(sql, deleted(), " security definer set search_path = pg_catalog set datestyle = 'ISO, YMD'", deletedBody(), role);
        function(sql, joined(), " set search_path = pg_catalog", joinedBody(), role);
        trigger(sql, DELETED, "after delete on %s for each row", deleted());
        trigger(sql, KEY_CHANGED, "after update on %s for each row when (" + keyOf("old") + " is distinct from " + keyOf("new") + ")", deleted());
        trigger(sql, TRUNCATED, "after truncate on %s for each statement", deleted());
        trigger(sql, JOINED, "before insert or update on %s for each row", joined());
        return sql;
    }

    private static void function(List<String> sql, String name, String options, String body, String role) {
        String function = "rowmesh." + Sql.name(name);
        sql.add("create or replace function " + function + "() returns trigger language plpgsql" + options + " as $body$" + body + "$body$");
        sql.add("alter function " + function + "() owner to " + Sql.name(role));
    }

    private void trigger(List<String> sql, String name, String when, String function) {
        sql.add("drop trigger if exists " + name + " on " + Sql.name(table));
        sql.add("create trigger " + name + " " + when.replace("%s", Sql.name(table)) + " execute function rowmesh." + Sql.name(function) + "()");
    }

    private String joined() {
        return "joined_" + digest();
    }

    private String deleted() {
        return "deleted_" + digest();
    }

    /** A table's name may be as long as a name can be. */
    private String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Sql.name(table).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private String deletedBody() {
        StringJoiner key = new StringJoiner(" || ',' || ", "'[' || ", " || ']'");
        columns.stream().filter(RuleColumn::key).forEach(column -> key.add("rowmesh.key_part(" + keyText(column) + ")"));
        return """

                declare
                    of_key text := '*';
                begin
                    if tg_op <> 'TRUNCATE' then
                        of_key := %s;
                    end if;
                    insert into rowmesh.pending_delete (table_schema, table_name, row_key, xid)
                    values (tg_table_schema, tg_table_name, of_key, pg_current_xact_id()::xid::text::bigint);
                    return null;
                end\s""".formatted(key);
    }

    /** As {@link io.rowmesh.schema.RowKey} has it. */
    private static String keyText(RuleColumn column) {
        String value = "old." + Sql.name(column.name());
        if (column.type().startsWith("numeric")) {
            return "trim_scale(" + value + ")::text";
        }
        return column.type().startsWith("character(") ? "rtrim(format('%s', " + value + "), ' ')" : "format('%s', " + value + ")";
    }

    private String keyOf(String row) {
        StringJoiner key = new StringJoiner(", ", "(", ")");
        columns.stream().filter(RuleColumn::key).forEach(column -> key.add(row + "." + Sql.name(column.name())));
        return columns.stream().filter(RuleColumn::key).count() > 1 ? key.toString() : key.toString().replaceAll("^\\(|\\)$", "");
    }

    private String joinedBody() {
        StringBuilder always = new StringBuilder();
        StringBuilder onUpdate = new StringBuilder();
        for (RuleColumn column : columns) {
            ColumnRule rule = rules.columns().get(column.name());
            if (rule != null) {
                join(rule, column, always, onUpdate);
            }
        }
        String joins = onUpdate.isEmpty() ? "" : "    if tg_op = 'UPDATE' then\n" + onUpdate + "    end if;\n";
        return "\nbegin\n" + joins + always + "    return new;\nend ";
    }

    private static void join(ColumnRule rule, RuleColumn column, StringBuilder always, StringBuilder onUpdate) {
        String next = "new." + Sql.name(column.name());
        String old = "old." + Sql.name(column.name());
        switch (rule) {
            case SUM -> {
                if (column.type().startsWith("numeric")) {
                    always.append("    if ").append(next).append(" = 'NaN' then\n        raise exception 'column ")
                            .append(column.name().replace("'", "''").replace("%", "%%"))
                            .append(" is a sum and cannot hold NaN' using errcode = '22003';\n    end if;\n");
                }
            }
            case MAX -> onUpdate.append("        ").append(next).append(" := greatest(").append(old).append(", ").append(next).append(");\n");
            case MIN -> onUpdate.append("        ").append(next).append(" := least(").append(old).append(", ").append(next).append(");\n");
            case UNION -> {
                onUpdate.append("        ").append(next).append(" := ").append(old).append(" || ").append(next).append(";\n");
                always.append("    if ").append(next).append(" is not null then\n        ").append(next)
                        .append(" := (select coalesce(array_agg(e order by e), '{}') from (select distinct e").append(collation(column))
                        .append(" as e from unnest(").append(next).append(") e where e is not null) s);\n    end if;\n");
            }
        }
    }

    /** Texts in the order of their bytes, the same in every region whatever its locale. */
    private static String collation(RuleColumn column) {
        return column.type().startsWith("text") || column.type().startsWith("character varying") ? " collate \"C\"" : "";
    }
}
