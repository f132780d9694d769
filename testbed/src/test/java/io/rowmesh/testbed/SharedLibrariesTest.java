package io.rowmesh.testbed;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SharedLibrariesTest {

    @Test
    void nothingIsMissingForAProgramThatRuns() throws IOException {
        assertEquals(List.of(), SharedLibraries.missing(Path.of(System.getProperty("java.home"), "bin", "java")));
        assertEquals(List.of(), SharedLibraries.missing(MySqlBinaries.directory().resolve("bin/mysqld")));
    }

    @Test
    void whatCannotBeHadIsNamed(@TempDir Path directory) {
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> SharedLibraries.fetch("libnowhere.so.7", List.of(), directory));
        assertTrue(refused.getMessage().startsWith("This machine lacks libnowhere.so.7, which MySQL needs: install it"), refused.getMessage());
    }
}
