package io.rowmesh.node.config;

import io.rowmesh.node.prepare.ResolvedTables;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.siblings.CustomRules;
import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The section rules: what can leave regions different is refused, with the reason. */
class ConflictRulesTest {

    private static final String BEFORE = """
            region: eu
            database: { url: "postgresql://db:5433/app", user: rm }
            listen: { shipping: "127.0.0.1:7401", admin: "127.0.0.1:7402" }
            peers: [ { region: us, address: "127.0.0.1:7411" }, { region: ap, address: "127.0.0.1:7421" } ]
            tables: [ { match: "public.*", mode: active-active } ]
            data-dir: data
            rules:
            """;

    @TempDir
    Path directory;

    private NodeConfig parse(String... rules) {
        String list = String.join("", Arrays.stream(rules).map(rule -> "  - { " + rule + " }\n").toList());
        return ConfigFile.parse("r.yaml", BEFORE + list, directory, Map.of());
    }

    private void refused(String rule, String... problems) {
        ConfigException e = assertThrows(ConfigException.class, () -> parse(rule));
        assertEquals(String.join("\n", problems), e.getMessage());
    }

    @Test
    void theLastMatchDecidesAndTheDefaultIsLastWriteWins() {
        NodeConfig config = parse("match: 'public.*', rule: last-write-wins", "match: 'public.t', rule: last-write-wins");
        assertEquals(TableRules.LAST_WRITE_WINS, ResolvedTables.rules(config.rules(), new TableId("public", "t")));
        assertEquals(TableRules.LAST_WRITE_WINS, ResolvedTables.rules(config.rules(), new TableId("other", "t")));
        assertEquals(TableRules.LAST_WRITE_WINS, ResolvedTables.rules(List.of(), new TableId("public", "t")));
    }

    @Test
    void theNewestOfAUniqueValueIsTheNewestWholeRow() {
        NodeConfig config = parse("match: 'public.t', rule: last-write-wins, unique: newest-wins");
        assertEquals(TableRules.newestWins(), ResolvedTables.rules(config.rules(), new TableId("public", "t")));
        refused("match: 'public.t', rule: column-merge, unique: newest-wins", "r.yaml:8: 'rules[0].unique' newest-wins cannot be mixed with"
                + " column-merge: it shows the newest of whole rows, which only last-write-wins has");
        refused("match: 'public.t', rule: last-write-wins, columns: { n: sum }, unique: newest-wins", "r.yaml:8: 'rules[0].unique' newest-wins"
                + " cannot be mixed with columns: a row that is hidden would be counted in one region and not in another");
    }

    @Test
    void countersDoNotMixWithRulesToWhichADeleteIsAWriteLikeAnyOther() {
        ConfigException e = assertThrows(ConfigException.class,
                () -> parse("match: 'public.t', rule: region-priority, priority: [eu, us, ap], columns: { n: sum }"));
        assertEquals("r.yaml:8: 'rules[0].columns' cannot be mixed with region-priority: a delete ends what a counter counts, while to"
                + " region-priority it is a write like any other, so regions could disagree on whether the row lives",
                e.getMessage().lines().findFirst().orElseThrow());
    }

    @Test
    void aKeyOfAnotherRuleIsNamed() {
        refused("match: 'public.t', rule: last-write-wins, groups: [[a, b]], priority: [eu], name: x",
                "r.yaml:8: 'rules[0].groups' belongs to the rule column-merge",
                "r.yaml:8: 'rules[0].name' belongs to the rule custom",
                "r.yaml:8: 'rules[0].priority' belongs to the rule region-priority");
    }

    @Test
    void priorityNamesEveryRegionOnce() {
        for (String[] wrong : new String[][] {
                {"[eu, us]", "lacks ap: a region without a place could win here and lose elsewhere"},
                {"[eu, us, ap, eu]", "names a region twice"},
                {"[eu, us, ap, af]", "names af, which is no region of this mesh"}}) {
            ConfigException e = assertThrows(ConfigException.class,
                    () -> parse("match: 'public.t', rule: region-priority, priority: " + wrong[0]));
            assertEquals(true, e.getMessage().contains("'rules[0].priority' " + wrong[1]), e.getMessage());
        }
    }

    @Test
    void whatARuleNeedsIsAskedFor() {
        ConfigException e = assertThrows(ConfigException.class, () -> parse("match: 'public.t', rule: home-region"));
        assertEquals(true, e.getMessage().contains(
                "'rules[0].column' is missing: home-region needs the column that names the row's home region"), e.getMessage());
    }

    @Test
    void aCustomRuleIsAClassOnTheClassPath() {
        refused("match: 'public.t', rule: custom, name: mine", "r.yaml:8: 'rules[0].name' cannot be used: no class of the custom rule mine is"
                + " on the class path: it must implement io.rowmesh.rules.siblings.CustomRule and be named in"
                + " META-INF/services/io.rowmesh.rules.siblings.CustomRule");
        TableRules rules = ResolvedTables.rules(parse("match: 'public.t', rule: custom, name: greatest-total").rules(), new TableId("public", "t"));
        assertEquals("custom {} [] [] null greatest-total (io.rowmesh.node.config.GreatestTotal, version 1)", CustomRules.canonical(rules));
    }

    @Test
    void aColumnBelongsToOneGroup() {
        ConfigException e = assertThrows(ConfigException.class,
                () -> parse("match: 'public.t', rule: column-merge, groups: [[a, b], [b, c]]"));
        assertEquals(true, e.getMessage().contains("'rules[0].groups[1]' names the column b a second time"), e.getMessage());
    }

    @Test
    void unknownRulesAndColumnRulesAreNamed() {
        refused("match: 'public.t', rule: latest", "r.yaml:8: 'rules[0].rule' is 'latest': expected one of last-write-wins, column-merge,"
                + " region-priority, home-region, park, custom");
        refused("match: 'public.t', rule: last-write-wins, columns: { n: summ }",
                "r.yaml:8: 'rules[0].columns.n' is 'summ': expected one of sum, max, min, union: did you mean 'sum'?");
    }
}
