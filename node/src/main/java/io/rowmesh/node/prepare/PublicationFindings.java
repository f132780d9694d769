package io.rowmesh.node.prepare;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.Record;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The publication: exactly the tables that are sent, the heartbeat, and progress where a rule decides by what was seen. */
final class PublicationFindings {

    static final TableId HEARTBEAT = new TableId(ControlSchema.NAME, "heartbeat");
    static final TableId PROGRESS = new TableId(ControlSchema.NAME, "progress");

    private static final String PUBLISH = "publish = 'insert, update, delete, truncate', publish_via_partition_root = false";

    private static final String STATE = """
            select p.puballtables or exists (select from pg_publication_namespace s where s.pnpubid = p.oid) as too_wide,
                   p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate and not p.pubviaroot as fine,
                   exists (select from pg_publication_rel t where t.prpubid = p.oid
                           and (t.prqual is not null or t.prattrs is not null)) as partial,
                   coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 'n' as no_generated
            from pg_publication p where p.pubname = ?""";

    private static final String TABLES = """
            select n.nspname, c.relname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
            join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace where p.pubname = ?""";

    private PublicationFindings() {
    }

    /** @param exactSeen whether the capture must learn what is applied, so that what local transactions had seen is exact */
    static List<Finding> of(DSLContext sql, String name, Collection<TableState> tables, boolean exactSeen) {
        Set<TableId> wanted = tables.stream().filter(TableState::publishable).map(TableState::id).collect(Collectors.toCollection(TreeSet::new));
        wanted.add(HEARTBEAT);
        if (exactSeen) {
            wanted.add(PROGRESS);
        }
        Optional<Record> state = sql.fetchOptional(STATE, name);
        if (state.isEmpty()) {
            return List.of(Finding.lacking("the publication " + name + " does not exist", "The log is read through it.", create(name, wanted)));
        }
        if (state.get().get("too_wide", boolean.class)) {
            return List.of(Finding.lacking("the publication " + name + " holds all tables, or whole schemas",
                    "It must hold exactly the tables that are sent.", "drop publication " + Sql.name(name), create(name, wanted)));
        }
        List<Finding> findings = new ArrayList<>();
        options(state.get(), name).ifPresent(findings::add);
        members(sql, state.get(), name, wanted).ifPresent(findings::add);
        return findings;
    }

    private static Optional<Finding> options(Record state, String name) {
        String generated = state.get("no_generated", boolean.class) ? "" : ", publish_generated_columns = none";
        return state.get("fine", boolean.class) && generated.isEmpty() ? Optional.empty() : Optional.of(Finding.lacking(
                "the publication " + name + " does not publish inserts, updates, deletes and truncates of each table as its own",
                "What it leaves out would never reach another region.", "alter publication " + Sql.name(name) + " set (" + PUBLISH + generated + ")"));
    }

    /** The tables that the publication names. */
    static List<TableId> members(DSLContext sql, String name) {
        return sql.fetch(TABLES, name).map(row -> new TableId(row.get(0, String.class), row.get(1, String.class)));
    }

    private static Optional<Finding> members(DSLContext sql, Record state, String name, Set<TableId> wanted) {
        Set<TableId> present = new TreeSet<>(members(sql, name));
        if (present.equals(wanted) && !state.get("partial", boolean.class)) {
            return Optional.empty();
        }
        return Optional.of(Finding.lacking("the publication " + name + difference(present, wanted),
                "It must hold exactly the tables that are sent, with all their rows and columns.",
                "alter publication " + Sql.name(name) + " set table " + list(wanted)));
    }

    private static String difference(Set<TableId> present, Set<TableId> wanted) {
        Set<TableId> lacks = new TreeSet<>(wanted);
        lacks.removeAll(present);
        Set<TableId> surplus = new TreeSet<>(present);
        surplus.removeAll(wanted);
        if (lacks.isEmpty() && surplus.isEmpty()) {
            return " filters rows or columns";
        }
        return (lacks.isEmpty() ? "" : " lacks " + some(lacks)) + (lacks.isEmpty() || surplus.isEmpty() ? "" : " and")
                + (surplus.isEmpty() ? "" : " holds " + some(surplus) + " in surplus");
    }

    private static String some(Set<TableId> tables) {
        String first = tables.stream().limit(5).map(TableId::toString).collect(Collectors.joining(", "));
        return tables.size() > 5 ? first + " and " + (tables.size() - 5) + " more" : first;
    }

    private static String create(String name, Set<TableId> tables) {
        return "create publication " + Sql.name(name) + " for table " + list(tables) + " with (" + PUBLISH + ")";
    }

    private static String list(Set<TableId> tables) {
        return tables.stream().map(Sql::name).collect(Collectors.joining(", "));
    }
}
