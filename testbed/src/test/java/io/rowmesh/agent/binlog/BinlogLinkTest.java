package io.rowmesh.agent.binlog;

import io.rowmesh.schema.Row;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.faults.TcpProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What becomes of a stream when what is between it and the server fails. */
class BinlogLinkTest {

    private static TestingMySql mysql;

    @BeforeAll
    static void start(@TempDir Path directory) {
        mysql = TestingMySql.start(directory);
    }

    @AfterAll
    static void stop() {
        mysql.close();
    }

    @BeforeEach
    void table() {
        mysql.execute("drop table if exists t", "create table t (id int primary key, v varchar(20))");
    }

    @Test
    void silenceIsNoticed() {
        try (TcpProxy proxy = TcpProxy.start(mysql.port()); TestingLog log = new TestingLog(mysql).through(proxy.port()).start()) {
            log.drain();
            proxy.hang();
            mysql.execute("insert into t values (1, 'a')");
            assertTrue(log.awaitFailure().contains("said nothing for 10 s"), log.failure.getMessage());
            log.stop();
            proxy.heal();
            log.start().drain();
            assertEquals(List.of("insert t[1, a]"), log.texts());
        }
    }

    @Test
    void aCutInMidTransactionLosesNothing() {
        try (TcpProxy proxy = TcpProxy.start(mysql.port()); Cutting log = new Cutting(proxy)) {
            mysql.execute("set cte_max_recursion_depth = 1000000", "insert into t with recursive n (i) as (select 1 union all select i + 1"
                    + " from n where i < 200000) select i, repeat('x', 20) from n", "delete from t where id = 5");
            for (int cut : new int[] {1, 1_000, 50_000}) {
                log.cutAt = cut;
                log.start();
                log.awaitFailure();
                log.stop();
                assertEquals(0, log.transactions.size());
            }
            log.start().drain();
            assertEquals(List.of(200_000, 1), log.transactions.stream().map(List::size).toList());
        }
    }

    /** Has its connection reset at a row, once. */
    private static final class Cutting extends TestingLog {
        private final TcpProxy proxy;
        private int cutAt;

        Cutting(TcpProxy proxy) {
            super(mysql);
            this.proxy = proxy;
            through(proxy.port());
        }

        @Override
        public void insert(LoggedTable of, Row after) {
            super.insert(of, after);
            if (--cutAt == 0) {
                proxy.reset();
            }
        }
    }
}
