package io.rowmesh.rules.siblings;

import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.keystate.Image;
import io.rowmesh.rules.keystate.Stamp;
import io.rowmesh.schema.Seen;
import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A user's class is found by its name, and what it does wrong is the same in all regions. */
class CustomRulesTest {

    private static final Sibling OLDER = sibling(1, "a");
    private static final Sibling NEWER = sibling(2, "b");

    @Test
    void theClassAndItsVersionAreComparedBetweenRegions() {
        TableRules rules = new TableRules(RowRule.CUSTOM, Map.of(), List.of(), List.of(), null, "median");
        assertEquals(rules.canonical() + " (io.rowmesh.rules.keystate.MedianRule, version 1)", CustomRules.canonical(rules));
        assertEquals(TableRules.of(RowRule.PARK).canonical(), CustomRules.canonical(TableRules.of(RowRule.PARK)));
        assertThrows(IllegalArgumentException.class, () -> CustomRules.named("none"));
    }

    @Test
    void theNewestStandsInForAnAnswerThatIsNone() {
        assertEquals(OLDER, chosen(siblings -> siblings.get(0)));
        assertEquals(NEWER, chosen(siblings -> null));
        assertEquals(NEWER, chosen(siblings -> sibling(3, "c")));
        assertEquals(NEWER, chosen(siblings -> {
            throw new NumberFormatException("a total that is none");
        }));
    }

    private static Sibling chosen(SiblingChooser answer) {
        return Choosers.custom(new CustomRule() {
            @Override
            public String name() {
                return "tried";
            }

            @Override
            public String version() {
                return "1";
            }

            @Override
            public Sibling choose(List<Sibling> siblings) {
                return answer.choose(siblings);
            }
        }).choose(new SiblingState(List.of(NEWER, OLDER)).siblings());
    }

    private static Sibling sibling(long micros, String region) {
        return new Sibling(new Stamp(new Version(micros, region), 1, 1, 1), Seen.NONE, false, new Image(new TreeMap<>()));
    }
}
