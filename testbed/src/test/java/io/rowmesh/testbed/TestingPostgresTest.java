package io.rowmesh.testbed;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TestingPostgresTest {

    @ParameterizedTest
    @ValueSource(strings = {"16", "17", "18"})
    void survivesAKillWithWhatWasCommitted(String major, @TempDir Path directory) {
        try (TestingPostgres postgres = TestingPostgres.start(directory, major, Map.of())) {
            postgres.execute("create table t (id int primary key)", "insert into t select generate_series(1, 100)");
            postgres.kill();
            postgres.start();
            assertEquals("100", postgres.value("select count(*) from t"));
            assertEquals("on", postgres.value("show fsync"));
        }
    }
}
