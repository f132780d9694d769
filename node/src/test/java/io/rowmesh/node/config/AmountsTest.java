package io.rowmesh.node.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class AmountsTest {

    @Test
    void durationsAndSizes() {
        assertEquals(Duration.ofMillis(500), Amounts.duration("500ms"));
        assertEquals(Duration.ofSeconds(2), Amounts.duration("2s"));
        assertEquals(Duration.ofHours(36), Amounts.duration("36h"));
        assertEquals(Duration.ofDays(30), Amounts.duration("30d"));
        assertEquals(64L << 10, Amounts.bytes("64KiB"));
        assertEquals(3L << 40, Amounts.bytes("3TiB"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "s", "2 s", "-2s", "2.5s", "2S", "0s", "999999999999999999h", "2w"})
    void notDurations(String text) {
        assertThrows(IllegalArgumentException.class, () -> Amounts.duration(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10GB", "10", "1gib", "0MiB", "9999999999TiB"})
    void notSizes(String text) {
        assertThrows(IllegalArgumentException.class, () -> Amounts.bytes(text));
    }

    @Test
    void theNearestWord() {
        assertEquals(Optional.of("database"), Nearest.to("databse", List.of("region", "database")));
        assertEquals(Optional.of("key"), Nearest.to("kay", List.of("key", "authority")));
        assertEquals(Optional.empty(), Nearest.to("colour", List.of("match", "mode")));
        assertEquals(3, Nearest.distance("kitten", "sitting"));
    }
}
