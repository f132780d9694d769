package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** MySQL's. */
final class MySqlDialect implements Dialect {

    private static final List<String> LEDGER = List.of(
            "create database torture",
            """
            create table torture.ledger (
                position    bigint       not null auto_increment primary key,
                transaction varchar(100) not null,
                kind        varchar(10)  not null,
                relation    varchar(64)  not null,
                row_key     varchar(200) character set utf8mb4 collate utf8mb4_bin not null,
                image       longtext,
                key ledger_by_key (relation, row_key))""",
            "create table torture.numbers (i int primary key)",
            "set session cte_max_recursion_depth = 28000",
            "insert into torture.numbers with recursive n(i) as (select 1 union all select i + 1 from n where i < 28000) select i from n",
            "create table journal (region varchar(20) collate utf8mb4_bin, position bigint, relation text, row_key text, primary key (region, position))");

    /** A user's session waits for a table's lock a year by default. */
    private static final String PATIENCE = "set session innodb_lock_wait_timeout = 5, session lock_wait_timeout = 5";

    @Override
    public List<String> schema(List<Workload> workloads) {
        List<String> statements = new ArrayList<>(LEDGER);
        workloads.forEach(workload -> statements.addAll(workload.mySqlSchema()));
        return statements;
    }

    /** Some users have the default, repeatable read, and others read committed. */
    @Override
    public void settle(Connection connection, Random random) throws SQLException {
        connection.setTransactionIsolation(random.nextBoolean() ? Connection.TRANSACTION_REPEATABLE_READ : Connection.TRANSACTION_READ_COMMITTED);
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE);
        }
    }

    @Override
    public RowChanges changes(Hand hand) {
        return new MySqlChanges(hand);
    }

    @Override
    public Remains remains(TestingRegion region) {
        return new MySqlRemains(region);
    }

    @Override
    public void endReaders(TestingDatabase database) {
        end(database, "command like 'Binlog Dump%'");
    }

    @Override
    public void endAppliers(TestingDatabase database) {
        end(database, "command not like 'Binlog Dump%' and user = 'rowmesh'");
    }

    private static void end(TestingDatabase database, String which) {
        database.query("select id from information_schema.processlist where " + which).forEach(row -> database.execute("kill " + row.get(0)));
    }

    @Override
    public String lock(String table, boolean whole) {
        return whole ? "lock tables " + table + " write" : "select * from " + table + " limit 4 for update";
    }

    @Override
    public List<String> emptyInTheEnd() {
        return List.of("rowmesh.tombstone");
    }
}
