package io.rowmesh.schema.mysql;

import io.rowmesh.schema.TableId;

/**
 * The names of a MySQL region's tables. A node replicates the tables of one database, and they travel under a schema's name, as
 * PostgreSQL's do; the control tables stand in the database {@link #CONTROL} and travel under the same name.
 *
 * @param database whose tables are replicated
 * @param schema   under which they travel
 */
public record MySqlNames(String database, String schema) {

    /** The database, and on the wire the schema, of the control tables. */
    public static final String CONTROL = "rowmesh";

    /** @throws IllegalArgumentException when user tables could not be told from control tables */
    public MySqlNames {
        if (database.equals(CONTROL) || schema.equals(CONTROL)) {
            throw new IllegalArgumentException("the database " + database + " with the schema " + schema
                    + " cannot be replicated, as " + CONTROL + " is where rowmesh keeps its own tables");
        }
    }

    /** The table as it travels, or null when it is neither a replicated nor a control table. */
    public TableId wire(String database, String table) {
        if (database.equals(this.database)) {
            return new TableId(schema, table);
        }
        return database.equals(CONTROL) ? new TableId(CONTROL, table) : null;
    }

    /**
     * The local name of a table that travels so, as MySQL reads it: {@code `shop`.`orders`}.
     *
     * @throws IllegalArgumentException when no table of this schema is replicated here
     */
    public String quoted(TableId table) {
        return quoted(localDatabase(table)) + "." + quoted(table.name());
    }

    /**
     * The database in which a table that travels so stands.
     *
     * @throws IllegalArgumentException when no table of this schema is replicated here
     */
    public String localDatabase(TableId table) {
        if (table.schema().equals(schema)) {
            return database;
        }
        if (table.schema().equals(CONTROL)) {
            return CONTROL;
        }
        throw new IllegalArgumentException("the table " + table + " is not replicated here: the tables of the MySQL database " + database
                + " travel as those of the schema " + schema);
    }

    /** One name as MySQL reads it, whatever it holds. */
    public static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }
}
