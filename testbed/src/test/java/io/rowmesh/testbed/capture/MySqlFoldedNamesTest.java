package io.rowmesh.testbed.capture;

import io.rowmesh.testbed.TestingMySql;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A server that does not tell capital letters in names from small ones. Statements stand in its log as they were typed. */
class MySqlFoldedNamesTest {

    @Test
    void aTruncateInCapitalLettersIsCaptured(@TempDir Path directory) {
        try (TestingMySql mysql = TestingMySql.start(directory.resolve("eu"), Map.of("lower-case-table-names", "1"));
             TestingMySqlCapture capture = new TestingMySqlCapture(mysql, directory.resolve("log"))) {
            capture.startAndRun();
            mysql.execute("insert into T values (1, 'a')", "truncate table APP.T", "insert into App.T values (2, 'b')");
            assertEquals(List.of(List.of("INSERT [1, a]"), List.of("TRUNCATE public.t"), List.of("INSERT [2, b]")), capture.drained());
        }
    }
}
