package io.rowmesh.node.prepare;

import org.jooq.DSLContext;

import java.util.List;
import java.util.Optional;

/**
 * The event trigger that keeps rows' versions when ALTER TABLE writes a table anew (H51, docs/decisions/0010-null-versions.md). Its
 * function comes with the control tables and runs as the node's role; only a superuser may create the trigger.
 */
public final class RewriteTrigger {

    /** Enabled always: also in sessions whose session_replication_role is replica. */
    public static final List<String> SQL = List.of(
            "drop event trigger if exists rowmesh_rewrite",
            "create event trigger rowmesh_rewrite on table_rewrite execute function rowmesh.before_rewrite()",
            "alter event trigger rowmesh_rewrite enable always");

    private static final String STANDS = """
            select 1 from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid
            where e.evtname = 'rowmesh_rewrite' and e.evtevent = 'table_rewrite' and e.evtenabled = 'A' and e.evttags is null
              and p.proname = 'before_rewrite' and p.pronamespace = to_regnamespace('rowmesh')""";

    private RewriteTrigger() {
    }

    static Optional<Finding> missing(DSLContext sql) {
        return sql.fetchOptional(STANDS).isPresent() ? Optional.empty() : Optional.of(Finding.lacking(
                "the event trigger rowmesh_rewrite is missing, disabled or not as it must be",
                "Some forms of ALTER TABLE write every row anew; without it all of them would seem to be written at that moment, here.", SQL));
    }
}
