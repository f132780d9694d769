package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.TableId;
import org.jooq.DSLContext;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What conflict rules need of their tables: a whole before-image, columns that can be merged exactly, triggers. */
final class RuleFindings {

    private static final Pattern NUMBER = Pattern.compile("smallint|integer|bigint|numeric\\(\\d+,\\d+\\)");
    private static final Pattern SET = Pattern.compile("(smallint|integer|bigint|text|character varying(\\(\\d+\\))?|uuid)\\[\\]");
    private static final Pattern KEY = Pattern.compile("smallint|integer|bigint|numeric(\\(.*\\))?|text|uuid|date|boolean|character( varying)?(\\(\\d+\\))?");

    private static final Pattern HOME = Pattern.compile("text|character varying(\\(\\d+\\))?");

    private static final String COLUMNS = """
            select a.attname, format_type(a.atttypid, a.atttypmod), coalesce(a.attnum = any (k.indkey), false), a.attnotnull,
                   a.attgenerated <> '' or a.attidentity = 'a'
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                 left join pg_index k on k.indrelid = c.oid and k.indisprimary
            where n.nspname = ? and c.relname = ? and a.attnum > 0 and not a.attisdropped order by a.attnum""";

    /** The triggers that fire for local sessions and for no others, with their functions. */
    private static final String TRIGGERS = """
            select t.tgname, p.proname from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_proc p on p.oid = t.tgfoid where n.nspname = ? and c.relname = ? and t.tgenabled = 'O' and p.pronamespace = to_regnamespace('rowmesh')""";

    /** Row triggers that fire before a write and, in the order of their names, after another. Bits 1 and 2 of tgtype: ROW, BEFORE. */
    private static final String LATER_TRIGGERS = """
            select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ? and c.relname = ? and t.tgtype & 3 = 3 and t.tgname::text collate "C" > ? and t.tgenabled <> 'D'
              and not t.tgisinternal order by 1""";

    private static final String BODIES = """
            select proname, prosrc from pg_proc where pronamespace = to_regnamespace('rowmesh') and prorettype = 'trigger'::regtype""";

    private final DSLContext sql;
    private final String role;
    private final List<Finding> findings = new ArrayList<>();

    private RuleFindings(DSLContext sql, String role) {
        this.sql = sql;
        this.role = role;
    }

    static List<Finding> of(DSLContext sql, NodeConfig config, Collection<TableState> tables) {
        RuleFindings found = new RuleFindings(sql, config.database().user());
        for (TableState table : tables) {
            TableRules rules = ResolvedTables.rules(config.rules(), table.id());
            if (rules.merges()) {
                found.merging(table, rules);
            }
        }
        return found.findings;
    }

    private void merging(TableState table, TableRules rules) {
        if (table.mode() != TableMode.ACTIVE_ACTIVE) {
            lacking("the rules of " + table.id() + " merge, and its mode is " + table.mode().text(),
                    "A region that keeps its writes, or takes none, could never end equal: set its mode to active-active, or leave it to last-write-wins.");
        }
        if (!table.replicaIdentity().equals("f")) {
            lacking("the replica identity of " + table.id() + " is not FULL", rules.choosesSiblings()
                            ? "A deleted row stands among the writes that its rule chooses from, as it was."
                            : "Its rules compare the row before a write with the row after it.",
                    "alter table " + Sql.name(table.id()) + " replica identity full");
        }
        List<RuleColumn> columns = columns(sql, table.id());
        rules.columns().forEach((name, rule) -> column(table.id(), columns, name, rule));
        if (rules.row() == RowRule.HOME_REGION) {
            home(table.id(), columns, rules.home());
        }
        if (rules.counts()) {
            columns.stream().filter(column -> column.key() && !KEY.matcher(column.type()).matches()).forEach(column -> lacking(
                    "key column " + column.name() + " of " + table.id() + " is of type " + column.type(),
                    "A table with counters notes its deletes by the key's text, which is certain for numbers, texts, uuid, date and boolean only."));
            triggers(new CounterTriggers(table.id(), columns, rules), table.id());
            laterTriggers(table.id());
        }
    }

    static List<RuleColumn> columns(DSLContext sql, TableId table) {
        return sql.fetch(COLUMNS, table.schema(), table.name()).map(row -> new RuleColumn(row.get(0, String.class),
                row.get(1, String.class), row.get(2, boolean.class), row.get(3, boolean.class), row.get(4, boolean.class)));
    }

    private void column(TableId table, List<RuleColumn> columns, String name, ColumnRule rule) {
        Optional<RuleColumn> known = columns.stream().filter(column -> column.name().equals(name)).findFirst();
        String place = "column " + name + " of " + table;
        if (known.isEmpty()) {
            lacking("there is no " + place + ", which the configuration makes a " + rule.label(), "It may be mistyped.");
            return;
        }
        RuleColumn column = known.get();
        Pattern wanted = rule == ColumnRule.UNION ? SET : NUMBER;
        if (!wanted.matcher(column.type()).matches()) {
            lacking(place + " is of type " + column.type() + ", which " + rule.label() + " cannot merge exactly",
                    rule == ColumnRule.UNION ? "It takes arrays of integers, texts and uuids." : "It takes integers, and numeric with a precision and a scale.");
        }
        if (column.key() || column.generated()) {
            lacking(place + " is " + (column.key() ? "part of the key" : "written by the database itself"), "So it cannot be a " + rule.label() + ".");
        }
        if (rule == ColumnRule.SUM && !column.notNull()) {
            lacking(place + " may be null", "A sum of nothing is no number that all regions could agree on.",
                    "alter table " + Sql.name(table) + " alter column " + Sql.name(name) + " set not null");
        }
    }

    private void home(TableId table, List<RuleColumn> columns, String name) {
        Optional<RuleColumn> known = columns.stream().filter(column -> column.name().equals(name)).findFirst();
        if (known.isEmpty()) {
            lacking("there is no column " + name + " of " + table + ", which the configuration makes its home-region", "It may be mistyped.");
            return;
        }
        String place = "column " + name + " of " + table;
        if (!HOME.matcher(known.get().type()).matches()) {
            lacking(place + " is of type " + known.get().type() + ", which holds no region's id as it is written",
                    "It takes text and varchar.");
        }
        if (!known.get().notNull()) {
            lacking(place + " may be null", "A row without a home region would be decided by its newest write alone.",
                    "alter table " + Sql.name(table) + " alter column " + Sql.name(name) + " set not null");
        }
    }

    private void triggers(CounterTriggers wanted, TableId table) {
        Map<String, String> there = sql.fetch(TRIGGERS, table.schema(), table.name()).stream()
                .collect(Collectors.toMap(row -> row.get(0, String.class), row -> row.get(1, String.class)));
        Map<String, String> bodies = sql.fetch(BODIES).stream()
                .collect(Collectors.toMap(row -> row.get(0, String.class), row -> row.get(1, String.class), (a, b) -> a));
        if (!there.equals(wanted.triggers()) || !bodies.entrySet().containsAll(wanted.bodies().entrySet())) {
            lacking("the triggers of " + table + " for its counters are missing, disabled or not as they must be",
                    "Local deletes must be known before a change of another region is judged, and a max, min or union never goes back.",
                    wanted.sql(role).toArray(String[]::new));
        }
    }

    private void laterTriggers(TableId table) {
        for (String name : sql.fetch(LATER_TRIGGERS, table.schema(), table.name(), CounterTriggers.JOINED).getValues(0, String.class)) {
            lacking("trigger " + name + " of " + table + " fires after " + CounterTriggers.JOINED + ", as its name comes later",
                    "It could lower a max, raise a min or take from a union: give it a name that comes earlier.");
        }
    }

    private void lacking(String what, String why, String... statements) {
        findings.add(Finding.lacking(what, why, statements));
    }
}
