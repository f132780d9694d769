package io.rowmesh.node.prepare;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlVersionTest {

    @ParameterizedTest
    @ValueSource(strings = {"8.0.15", "8.0.36-0ubuntu0.22.04.1", "8.4.0-commercial", "9.7.4-debug", "10.0.1"})
    void theseAreFit(String text) {
        assertTrue(MySqlSettings.unfit(new MySqlVersion(text)).isEmpty());
    }

    @Test
    void othersAreNamed() {
        assertEquals("the server is MySQL 5.7.44-log, and rowmesh needs 8.0 or later",
                MySqlSettings.unfit(new MySqlVersion("5.7.44-log")).orElseThrow().what());
        assertEquals("the server is MariaDB (10.11.6-MariaDB-0+deb12u1), and rowmesh needs MySQL 8.0 or later",
                MySqlSettings.unfit(new MySqlVersion("10.11.6-MariaDB-0+deb12u1")).orElseThrow().what());
    }

    @Test
    void releasesAreComparedByNumbers() {
        assertTrue(new MySqlVersion("9.10.0").isAtLeast(9, 6));
        assertFalse(new MySqlVersion("9.5.9").isAtLeast(9, 6));
        assertFalse(new MySqlVersion("8.0.15").isAtLeast(8, 2));
    }
}
