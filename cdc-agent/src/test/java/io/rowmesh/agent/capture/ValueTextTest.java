package io.rowmesh.agent.capture;

import io.debezium.data.SpecialValueDecimal;
import io.rowmesh.schema.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.geometric.PGcircle;
import org.postgresql.geometric.PGpath;
import org.postgresql.util.PGInterval;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The texts are PostgreSQL 18's. */
class ValueTextTest {

    @ParameterizedTest
    @CsvSource({"0.1, 0.1", "-0.0, -0", "4.9E-324, 5e-324", "1E22, 1e+22", "1E23, 9.999999999999999e+22", "1E15, 1e+15",
            "123456789012345, 123456789012345", "1.234567895E8, 123456789.5", "0.0001, 0.0001", "0.00001, 1e-05",
            "1.7976931348623157E308, 1.7976931348623157e+308", "2.2250738585072014E-308, 2.2250738585072014e-308", "2E-323, 2e-323",
            "9007199254740993, 9.007199254740992e+15", "-1.5E-7, -1.5e-07", "NaN, NaN", "-Infinity, -Infinity", "100, 100"})
    void doubles(double value, String text) {
        assertEquals(text, ValueText.of(value));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.1", "1.4E-45, 1e-45", "1E6, 1e+06", "123456, 123456", "3.4028235E38, 3.4028235e+38", "1.6777216E7, 1.6777216e+07",
            "-0.0, -0"})
    void floats(float value, String text) {
        assertEquals(text, ValueText.of(value));
    }

    @Test
    void randomFloatsReadBack() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            double number = Double.longBitsToDouble(random.nextLong());
            assertEquals(number, Double.parseDouble(FloatText.of(number)), () -> "seed " + seed);
            float small = Float.intBitsToFloat(random.nextInt());
            assertEquals(small, Float.parseFloat(FloatText.of(small)), () -> "seed " + seed);
        }
    }

    @ParameterizedTest
    @CsvSource({"2024-02-29T23:59:59.999999Z, 2024-02-29 23:59:59.999999", "-0043-03-15T12:00:00Z, 0044-03-15 12:00:00 BC",
            "+294276-12-31T23:59:59.999999Z, 294276-12-31 23:59:59.999999", "2024-01-01T00:00:00.1Z, 2024-01-01 00:00:00.1",
            "0000-12-31T00:00:00Z, 0001-12-31 00:00:00 BC", "0001-01-01T00:00:00Z, 0001-01-01 00:00:00"})
    void timestamps(String value, String text) {
        assertEquals(text, ValueText.of(Instant.parse(value)));
        String zone = text.endsWith(" BC") ? text.replace(" BC", "+00 BC") : text + "+00";
        assertEquals(zone, ValueText.of(OffsetDateTime.parse(value)));
    }

    @Test
    void dates() {
        assertEquals("0044-03-15 BC", ValueText.of(LocalDate.parse("-0043-03-15")));
        assertEquals("5874897-12-31", ValueText.of(LocalDate.parse("+5874897-12-31")));
        assertEquals("infinity", ValueText.of(LocalDate.parse("-5877611-06-21")));
        assertEquals("-infinity", ValueText.of(LocalDate.parse("-5877611-06-22")));
    }

    @ParameterizedTest
    @CsvSource({"1 year 2 mons", "1 mon -1 days +25:00:00.000001", "-00:00:00.000001", "178000000 years", "1000000:00:00",
            "-1 years +3 days", "-1 mons -1 days -01:01:01.5", "1 day -00:00:01", "3 days 04:05:06.7", "00:00:00"})
    void intervals(String text) throws Exception {
        assertEquals(text, ValueText.of(new PGInterval(text)));
    }

    @Test
    void whatIsInDoubtIsKnownByIdentity() throws Exception {
        assertTrue(ValueText.inDoubt(ValueText.of(new PGInterval("00:00:00"))));
        assertTrue(ValueText.inDoubt(ValueText.of(Instant.parse("+294247-01-10T04:00:25.200Z"))));
        assertTrue(ValueText.inDoubt(ValueText.of(Instant.parse("-290308-12-21T19:59:27.600Z"))));
        assertEquals(false, ValueText.inDoubt(ValueText.of("infinity")));
        assertSame(Row.ABSENT, ValueText.of(new Object()));
    }

    @Test
    void others() throws Exception {
        assertEquals("t", ValueText.of(true));
        assertEquals("\\x00ff10", ValueText.of(new byte[] {0, -1, 16}));
        assertEquals("1.10", ValueText.of(new SpecialValueDecimal(new BigDecimal("1.10"))));
        assertEquals("NaN", ValueText.of(SpecialValueDecimal.NOT_A_NUMBER));
        assertEquals("-Infinity", ValueText.of(SpecialValueDecimal.NEGATIVE_INF));
        assertEquals("[(0,-0),(1e+22,NaN)]", ValueText.of(new PGpath("[(0,-0),(1e22,NaN)]")));
        assertEquals("<(0,0),1.5>", ValueText.of(new PGcircle("<(0,0),1.5>")));
        assertEquals(null, ValueText.of(null));
        assertThrows(IllegalArgumentException.class, () -> ValueText.of(new StringBuilder("what is this")));
    }
}
