package io.rowmesh.node.config;

import io.rowmesh.schema.TableId;
import io.rowmesh.schema.stream.Endpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ConfigFileTest {

    private static final String GOOD = """
            region: eu
            database:
              url: postgresql://db.local:5433/app
              user: rm
              password: ${file:pw}
            listen: { shipping: "127.0.0.1:7401", admin: "127.0.0.1:7402" }
            peers:
              - { region: us, address: "localhost:7411" }
              - { region: ap-2, address: "[::1]:7421" }
            tables:
              - { match: "public.*", mode: active-active }
              - { match: "public.audit_*", mode: send-only }
            data-dir: data/eu
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void secret() throws IOException {
        Files.writeString(directory.resolve("pw"), "s3cret ${x}\n");
    }

    private NodeConfig parse(String text, String... environment) {
        Map<String, String> variables = environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]);
        return ConfigFile.parse("rowmesh.yaml", text, directory, variables);
    }

    private void refused(String text, String... messages) {
        ConfigException e = assertThrows(ConfigException.class, () -> parse(text));
        assertEquals(String.join("\n", messages), e.getMessage());
    }

    @Test
    void readsEverythingAndFillsInTheDefaults() {
        NodeConfig config = parse(GOOD);
        assertEquals("eu", config.region());
        assertEquals(new Database.Postgres("db.local", 5433, "app", "rm", Optional.of(new Secret("s3cret ${x}")), "prefer",
                "rowmesh_eu", "rowmesh"), config.database());
        assertEquals(new Endpoint("127.0.0.1", 7402), config.listen().admin());
        assertEquals(List.of(new NodeConfig.Peer("us", new Endpoint("localhost", 7411)),
                new NodeConfig.Peer("ap-2", new Endpoint("::1", 7421))), config.peers());
        assertEquals(TableMode.SEND_ONLY, config.tables().get(1).mode());
        assertEquals(directory.resolve("data/eu"), config.dataDir());
        assertEquals(Duration.ofSeconds(2), config.heartbeatInterval());
        assertEquals(Duration.ofSeconds(5), config.maxClockSkew());
        assertEquals(10L << 30, config.changeLogMaxBytes());
        assertEquals(List.of("rowmesh_us", "rowmesh_ap-2", "rowmesh_self", "rowmesh_aged_rows"), config.replicationOrigins());
    }

    @Test
    void privateColumnsAndHowLongConflictsAreKept() {
        assertEquals(Duration.ofDays(30), parse(GOOD).keepConflicts());
        NodeConfig config = parse(GOOD + """
                conflict-history: { keep: 90d }
                private:
                  - { match: "public.users", columns: [email, "Phone"] }
                  - { match: "*.secrets_*", columns: [text] }
                """);
        assertEquals(Duration.ofDays(90), config.keepConflicts());
        assertEquals(Set.of("email", "Phone"), config.privateColumns(new TableId("public", "users")));
        assertEquals(Set.of("text"), config.privateColumns(new TableId("app", "secrets_1")));
        assertEquals(Set.of(), config.privateColumns(new TableId("app", "users")));
        refused(GOOD + "conflict-history: { keep: 0d }\nprivate: [ { match: x, columns: [a] }, { match: a.b } ]\n",
                "rowmesh.yaml:14: 'conflict-history.keep' is '0d': expected a duration such as 500ms, 2s, 5m, 1h or 30d, above zero",
                "rowmesh.yaml:15: 'private[0].match' is 'x': expected a pattern schema.table, where * and ? are wildcards; a name with dots or quotes goes in double quotes, like public.\"a.b\"",
                "rowmesh.yaml:15: 'private[1].columns' is missing: names of columns");
    }

    @Test
    void takesOtherValuesForTheDefaults() throws IOException {
        for (String file : List.of("c.pem", "k.pem", "a.pem")) {
            Files.writeString(directory.resolve(file), "x");
        }
        NodeConfig config = parse("""
                region: e-2
                database: { url: "postgresql://[::1]/a%20b", user: "${env:USER_NAME}", sslmode: require, slot: s1, publication: 'P "1"' }
                listen: { shipping: "0.0.0.0:7401", admin: "127.0.0.1:7402" }
                tls: { certificate: c.pem, key: k.pem, authority: a.pem }
                peers: [ { region: us, address: "us.example:7401" } ]
                tables: [ { match: 'public."a.b"', mode: receive-only } ]
                rules: [ { match: "public.*", rule: last-write-wins } ]
                data-dir: /var/lib/rowmesh
                heartbeat-interval: 500ms
                max-clock-skew: 1m
                change-log: { max-size: 512MiB }
                """, "USER_NAME", "Röm");
        assertEquals(new Database.Postgres("::1", 5432, "a b", "Röm", Optional.empty(), "require", "s1", "P \"1\""), config.database());
        assertEquals(directory.resolve("k.pem"), config.tls().orElseThrow().key());
        assertEquals(Duration.ofMillis(500), config.heartbeatInterval());
        assertEquals(512L << 20, config.changeLogMaxBytes());
        assertEquals(Path.of("/var/lib/rowmesh"), config.dataDir());
    }

    @Test
    void theDefaultSlotHasNoDashes() {
        assertEquals("rowmesh_eu_west", ((Database.Postgres) parse(GOOD.replace("region: eu\n", "region: eu-west\n")).database()).slot());
    }

    @Test
    void neverPrintsASecret() {
        assertFalse(parse(GOOD).toString().contains("s3cret"), parse(GOOD).toString());
        assertTrue(parse(GOOD).toString().contains("***"));
    }

    @Test
    void unknownKeysAreNamedWithTheNearest() {
        refused(GOOD.replace("data-dir:", "data_dir:").replace("  user:", "  uzer:").replace("mode: send-only", "mode: send-only, color: red"),
                "rowmesh.yaml:1: 'data-dir' is missing",
                "rowmesh.yaml:2: 'database.user' is missing: the node's own role; a name without an apostrophe",
                "rowmesh.yaml:4: unknown key 'database.uzer': did you mean 'user'?",
                "rowmesh.yaml:12: unknown key 'tables[1].color': known here are match, mode",
                "rowmesh.yaml:13: unknown key 'data_dir': did you mean 'data-dir'?");
    }

    @Test
    void emptyIsAnErrorNeverAnInstruction() {
        refused(GOOD.replace("user: rm", "user:").replace("region: us", "region: ''").replace("data/eu", "\"  \"") + "rules: []\ntls:\n",
                "rowmesh.yaml:4: 'database.user' is empty: give it a value, or leave the key out",
                "rowmesh.yaml:8: 'peers[0].region' is empty: give it a value, or leave the key out",
                "rowmesh.yaml:13: 'data-dir' is empty: give it a value, or leave the key out",
                "rowmesh.yaml:14: 'rules' is empty: give it a value, or leave the key out",
                "rowmesh.yaml:15: 'tls' is empty: give it a value, or leave the key out");
        refused("", "rowmesh.yaml: the file is empty");
        refused("# nothing\n", "rowmesh.yaml: the file is empty");
        refused("{}", "rowmesh.yaml:1: the file is empty");
        refused("- a", "rowmesh.yaml:1: the file must be a section with keys, such as 'region: eu'");
    }

    @Test
    void aKeyTwiceIsAnErrorAndHidesNothingElse() {
        refused(GOOD + "region: us\nchange-log: { max-size: 1GiB, max-size: 2GiB }\nheartbeat-interval: 2 s\n",
                "rowmesh.yaml:14: 'region' is given twice, first in line 1",
                "rowmesh.yaml:15: 'change-log.max-size' is given twice, first in line 15",
                "rowmesh.yaml:16: 'heartbeat-interval' is '2 s': expected a duration such as 500ms, 2s, 5m, 1h or 30d");
    }

    @Test
    void brokenYamlIsNamedAtItsLine() {
        refused("region: eu\n  bad: indent\n", "rowmesh.yaml:2: not readable as YAML: mapping values are not allowed here");
        refused("region: [eu\n", "rowmesh.yaml:2: not readable as YAML: expected ',' or ']', but got <stream end>");
    }

    @Test
    void wrongFormsAreNamedWithWhatIsExpected() {
        refused(GOOD.replace("region: eu", "region: EU").replace("mode: active-active", "mode: active_active")
                        .replace("\"public.audit_*\"", "audit").replace("\"127.0.0.1:7402\"", "7402").replace("[::1]:7421", "[::1]:99999")
                        .replace("user: rm", "user: rm\n  sslmode: sometimes") + "max-clock-skew: 0s\nchange-log: { max-size: 10GB }\n",
                "rowmesh.yaml:1: 'region' is 'EU': expected a region's short id: a lower-case letter, then up to 15 lower-case letters, digits or dashes",
                "rowmesh.yaml:5: 'database.sslmode' is 'sometimes': expected one of disable, prefer, require, verify-ca, verify-full",
                "rowmesh.yaml:7: 'listen.admin' must be a text: put it in quotes",
                "rowmesh.yaml:10: 'peers[1].address' is '[::1]:99999': the port must be a number from 0 to 65535",
                "rowmesh.yaml:12: 'tables[0].mode' is 'active_active': expected one of active-active, send-only, receive-only, off: did you mean 'active-active'?",
                "rowmesh.yaml:13: 'tables[1].match' is 'audit': expected a pattern schema.table, where * and ? are wildcards; a name with dots or quotes goes in double quotes, like public.\"a.b\"",
                "rowmesh.yaml:15: 'max-clock-skew' is '0s': expected a duration such as 500ms, 2s, 5m, 1h or 30d, above zero",
                "rowmesh.yaml:16: 'change-log.max-size' is '10GB': expected a size such as 512MiB or 10GiB");
    }

    @Test
    void sectionsAndListsAreToldApart() {
        refused(GOOD.replaceAll("(?s)peers:.*tables:", "peers: us\ntables:") + "change-log: 10GiB\n",
                "rowmesh.yaml:7: 'peers' must be a list (lines that begin with a dash)",
                "rowmesh.yaml:12: 'change-log' must be a section with keys of its own");
    }

    @Test
    void referencesThatLeadNowhereAreNamedAndNoValueIsPrinted() {
        refused(GOOD.replace("${file:pw}", "${file:missing}").replace("user: rm", "user: ${env:NOBODY}").replace("data/eu", "${data}"),
                "rowmesh.yaml:4: 'database.user': the environment variable NOBODY is not set",
                "rowmesh.yaml:5: 'database.password': the file missing does not exist",
                "rowmesh.yaml:13: 'data-dir': a reference is ${env:NAME} or ${file:PATH}; write $${ for a plain ${");
        refused(GOOD.replace("region: eu", "region: ${file:pw}").replace("postgresql://", "postgresql://rm:hush@").replace("${file:pw}\nl", "12345\nl"),
                "rowmesh.yaml:1: 'region': expected a region's short id: a lower-case letter, then up to 15 lower-case letters, digits or dashes",
                "rowmesh.yaml:3: 'database.url': expected an address such as postgresql://host:5432/database (user and password have keys of their own)",
                "rowmesh.yaml:5: 'database.password' must be a text: put it in quotes");
    }

    @Test
    void aDoubledDollarIsPlain() {
        assertEquals("a${b}", parse(GOOD.replace("${file:pw}", "a$${b}")).database().password().orElseThrow().reveal());
    }

    @Test
    void regionsAreToldApartAndSelfIsReserved() {
        refused(GOOD.replace("region: us", "region: eu").replace("region: ap-2", "region: self"),
                "rowmesh.yaml:8: 'peers[0].region' is 'eu', as is this region itself: every region has its own id",
                "rowmesh.yaml:9: 'peers[1].region' is 'self', which is reserved: choose another id");
        refused(GOOD.replace("region: ap-2", "region: us"),
                "rowmesh.yaml:9: 'peers[1].region' is 'us', as is another peer (line 8): every region has its own id");
    }

    @Test
    void withoutTlsNothingButLoopbackIsAllowed() {
        refused(GOOD.replace("127.0.0.1:7401", "0.0.0.0:7402").replace("127.0.0.1:7402", "0.0.0.0:7402").replace("localhost", "us.example"),
                "rowmesh.yaml:6: 'listen.admin' is the address of 'listen.shipping': give each its own port",
                "rowmesh.yaml:6: 'listen.shipping' is '0.0.0.0:7402', which other machines can reach or listen to: add the section 'tls', or stay on 127.0.0.1",
                "rowmesh.yaml:8: 'peers[0].address' is 'us.example:7411', which other machines can reach or listen to: add the section 'tls', or stay on 127.0.0.1");
        refused(GOOD + "tls: { certificate: pw, key: gone.pem, authority: . }\n",
                "rowmesh.yaml:14: 'tls.authority': the file . does not exist or cannot be read",
                "rowmesh.yaml:14: 'tls.key': the file gone.pem does not exist or cannot be read");
    }

    @Test
    void aMissingFileIsASentence() {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.load(Path.of("none.yaml")));
        assertEquals("none.yaml: the file does not exist: name it with --config, or set ROWMESH_CONFIG", e.getMessage());
    }
}
