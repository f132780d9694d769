package io.rowmesh.node.prepare;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Names and texts of the user's database, quoted. */
final class Sql {

    private static final DSLContext RENDERER = ControlSchema.renderer();

    private Sql() {
    }

    /** {@code "schema"."name"}, with quotes in the parts doubled. */
    static String name(String... parts) {
        return RENDERER.render(DSL.name(parts));
    }

    static String name(TableId table) {
        return name(table.schema(), table.name());
    }

    /** {@code 'it''s'}. */
    static String text(String value) {
        return RENDERER.renderInlined(DSL.inline(value));
    }
}
