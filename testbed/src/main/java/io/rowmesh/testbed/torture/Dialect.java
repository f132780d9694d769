package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** What a torture does otherwise with PostgreSQL than with MySQL. */
interface Dialect {

    static Dialect of(TestingDatabase database) {
        return database instanceof TestingMySql ? new MySqlDialect() : new PostgresDialect();
    }

    /** Statements that make the ledger and the workloads' tables. */
    List<String> schema(List<Workload> workloads);

    /** Before a writer's first transaction on a connection. */
    void settle(Connection connection, Random random) throws SQLException;

    RowChanges changes(Hand hand);

    /** For those who look at a region when nothing is under way any more. */
    Remains remains(TestingRegion region);

    /** Ends the sessions by which the database's log is read. */
    void endReaders(TestingDatabase database);

    /** Ends the node's other sessions. */
    void endAppliers(TestingDatabase database);

    /** A statement that locks some rows of a table, or a whole table against all who write, until the connection is closed. */
    String lock(String table, boolean whole);

    /** Control tables that are empty once every region has seen all deletes. */
    List<String> emptyInTheEnd();
}
