package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/** Some tables and what writers do to them. */
interface Workload {

    /** What {@code --rules} calls it. */
    String name();

    /** Statements that make its tables, in every region. */
    List<String> schema();

    /** The same for regions on MySQL, where a workload may have some. */
    default List<String> mySqlSchema() {
        throw new IllegalStateException("the tables of " + name() + " are for PostgreSQL");
    }

    /** The replicated tables, all in schema public. */
    List<Table> tables();

    /** Entries of the configuration's list of rules, for a mesh of these regions. */
    default List<String> rules(List<String> regions) {
        return List.of();
    }

    /** A new oracle for its tables. */
    default Oracle oracle() {
        return new LastWriteOracle();
    }

    /** How many counter steps a row holds. */
    default long steps(String image) {
        return 0;
    }

    /** Whether a row's last commit tells its version; if not, only what it holds is compared. */
    default boolean rowsTellVersions() {
        return true;
    }

    /** The part of a row that does not go by versions, so that a node that states the row anew cannot change it; null for no row. */
    default String lasting(String image) {
        return image;
    }

    /** Writes something, as one or more statements of the writer's open transaction. */
    void write(Hand hand) throws SQLException;
}
