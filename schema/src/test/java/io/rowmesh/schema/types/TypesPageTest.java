package io.rowmesh.schema.types;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Run with {@code -Drowmesh.render=true} it writes the page instead of comparing it. */
class TypesPageTest {

    private static final Path PAGE = Path.of("").toAbsolutePath().getParent().resolve("docs/types.md");

    @Test
    void thePageIsWhatTheTableOfMappingsSays() throws IOException {
        if (Boolean.getBoolean("rowmesh.render")) {
            Files.writeString(PAGE, TypesPage.render());
        }
        assertEquals(TypesPage.render(), Files.readString(PAGE),
                "docs/types.md is not what type-mappings.txt says; render it again: mvn -pl schema test -Dtest=TypesPageTest -Drowmesh.render=true");
    }
}
