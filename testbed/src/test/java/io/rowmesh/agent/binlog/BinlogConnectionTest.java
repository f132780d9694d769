package io.rowmesh.agent.binlog;

import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What becomes of a stream when server or connection go. */
class BinlogConnectionTest {

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
    void theEndIsReachedAcrossNewFilesAndRestarts() {
        try (TestingLog log = new TestingLog(mysql).start()) {
            mysql.execute("insert into t values (1, 'a')");
            log.drain();
            long first = log.reached;
            mysql.execute("flush binary logs");
            log.drain();
            assertTrue(log.reached > first);
            mysql.execute("flush binary logs", "flush binary logs", "insert into t values (2, 'b')");
            log.drain();
            mysql.stop();
            assertTrue(log.awaitFailure().contains("binary log"), log.failure.getMessage());
            mysql.start();
            log.stop();
            log.start().drain();
            mysql.kill();
            mysql.start();
            log.stop();
            log.start().drain();
            mysql.execute("insert into t values (3, 'c')");
            log.drain();
            assertEquals(List.of("insert t[1, a]", "insert t[2, b]", "insert t[3, c]"), log.texts());
        }
    }

    @Test
    void aConnectionThatTheServerEndsIsNoticed() {
        try (TestingLog log = new TestingLog(mysql).start()) {
            Wait.until(Duration.ofSeconds(10), () -> "not open", () -> log.open);
            log.drain();
            assertFalse(log.reached == 0);
            mysql.execute("kill " + mysql.value("select id from information_schema.processlist where command like 'Binlog Dump%'"));
            assertTrue(log.awaitFailure().contains("ended the reading"), log.failure.getMessage());
        }
    }
}
