package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EngineSettingsTest {

    @Test
    void includeListIsExact() {
        for (String name : new String[] {"a.b", "x,y", "[c]\\d", "\uD83D\uDE00", "$1", "a|b", "ends ", "a\"b"}) {
            assertTrue(("public." + name).matches(EngineSettings.regex(new TableId("public", name))), name);
        }
        assertFalse("public.aXb".matches(EngineSettings.regex(new TableId("public", "a.b"))));
        assertEquals("a\\x{2e}b", EngineSettings.regex(new TableId("a", "b")));
    }
}
