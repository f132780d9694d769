package io.rowmesh.agent.binlog;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GtidSetTest {

    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    private static String text(String set) {
        return GtidSet.parse(set).toString();
    }

    @Test
    void readsWhatMySqlWrites() {
        assertEquals("", text(""));
        assertEquals(A + ":1-5:7", text(A + ":7:1-5"));
        assertEquals(A + ":1-5," + B + ":9", text(B.toUpperCase() + ":9,\n" + A + ":1-3:4-5"));
        assertEquals(A + ":1-2," + A + ":tag:3-4", text(A + ":1-2:tag:3-4"));
        assertThrows(BinlogException.class, () -> text(A + ":1x-3"));
    }

    @Test
    void growsByTransactionsInAnyOrder() {
        GtidSet set = GtidSet.parse(A + ":1-5");
        set.add(A, 7);
        assertEquals(A + ":1-5:7", set.toString());
        set.add(A, 6);
        set.add(A, 3);
        assertEquals(A + ":1-7", set.toString());
        set.add(B, 1);
        assertEquals(A + ":1-7," + B + ":1", set.toString());
    }

    @Test
    void contains() {
        GtidSet set = GtidSet.parse(A + ":1-5:8-10," + B + ":1");
        assertTrue(set.contains(GtidSet.parse(A + ":2-3:9")));
        assertTrue(set.contains(GtidSet.parse("")));
        assertFalse(set.contains(GtidSet.parse(A + ":5-8")));
        assertFalse(set.contains(GtidSet.parse(B + ":2")));
        assertFalse(GtidSet.parse("").contains(set));
        assertFalse(set.contains(GtidSet.parse(A + ":tag:1")));
    }
}
