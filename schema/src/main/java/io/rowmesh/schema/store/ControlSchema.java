package io.rowmesh.schema.store;

import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;

import java.sql.Connection;
import javax.sql.DataSource;

/** The schema {@code rowmesh} in the user's database. */
public final class ControlSchema {

    public static final String NAME = "rowmesh";

    /** The folder of the migrations on the class path. */
    public static final String MIGRATIONS = "io/rowmesh/schema/migration/postgres";

    private static final Settings SETTINGS = new Settings()
            .withRenderQuotedNames(RenderQuotedNames.ALWAYS)
            .withExecuteLogging(false);

    static {
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
    }

    private ControlSchema() {
    }

    /** Brings the control tables to this version's form. The schema is created when it is missing and may be. */
    public static void migrate(DataSource database) {
        migrations(database).migrate();
    }

    /** Whether the schema is there and belongs to the connected role, which may then migrate it. */
    public static boolean isOurs(Connection connection) {
        return sql(connection).fetchOne("select count(*) from pg_namespace where nspname = ? and pg_has_role(nspowner, 'usage')", NAME)
                .get(0, int.class) > 0;
    }

    /** The migrations, to be looked at. */
    public static Flyway migrations(DataSource database) {
        return Flyway.configure()
                .dataSource(database)
                .schemas(NAME)
                .defaultSchema(NAME)
                .locations("classpath:" + MIGRATIONS)
                .load();
    }

    /** jOOQ on one connection, which stays the caller's. */
    public static DSLContext sql(Connection connection) {
        return DSL.using(connection, SQLDialect.POSTGRES, SETTINGS);
    }

    /** jOOQ on a pool. */
    public static DSLContext sql(DataSource pool) {
        return DSL.using(pool, SQLDialect.POSTGRES, SETTINGS);
    }

    /** jOOQ without a connection: only renders. */
    public static DSLContext renderer() {
        return DSL.using(SQLDialect.POSTGRES, SETTINGS);
    }
}
