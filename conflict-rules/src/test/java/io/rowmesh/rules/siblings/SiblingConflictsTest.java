package io.rowmesh.rules.siblings;

import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What the history is told of writes of one key, under a rule that shows the middle one. */
class SiblingConflictsTest {

    private static final TableShape T = new TableShape(new TableId("public", "t"), List.of(new Column("id", "integer", true)));

    private final SiblingRule rule = new SiblingRule(siblings -> siblings.get(siblings.size() / 2), false);

    private SiblingState state = rule.none();

    @Test
    void aWriteThatTakesThePlaceOfWhatItHadNotSeenIsToldAndOneThatHadSeenItIsNot() {
        assertEquals(List.of(), joined("a", 10, 1, false, Seen.NONE));
        assertEquals(List.of("a 10 goes"), joined("b", 20, 1, false, Seen.NONE));
        assertEquals(List.of(), joined("c", 30, 1, false, Seen.NONE.with("a", 1, 1).with("b", 1, 1)));
    }

    /** By shifting the middle a third write takes the place of the second one, which had seen what was shown before it. */
    @Test
    void aSiblingIsToldWhosePlaceIsTakenByAnotherThanTheWrite() {
        joined("c", 20, 1, false, Seen.NONE);
        joined("b", 40, 1, false, Seen.NONE);
        assertEquals(List.of(), joined("a", 50, 1, false, Seen.NONE.with("b", 1, 1)));
        assertEquals(List.of("c 20 stays", "a 50 goes"), joined("d", 10, 1, false, Seen.NONE));
    }

    /** As the capture joins them again after a restart. */
    @Test
    void aRegionsOwnWritesAreNoConflict() {
        joined("a", 10, 2, true, Seen.NONE);
        assertEquals(List.of(), joined("a", 10, 1, true, Seen.NONE));
    }

    private List<String> joined(String region, long micros, long sequence, boolean local, Seen others) {
        Write write = new Write(new Stamp(new Version(micros, region), 1, sequence, 0), others.with(region, 1, sequence),
                new RowChange.Insert(T, new Row("1")), local);
        List<String> met = rule.met(state, write).stream()
                .map(each -> each.stored().origin() + " " + each.stored().commitMicros() + (each.stays() ? " stays" : " goes")).toList();
        state = rule.join(state, write);
        return met;
    }
}
