package io.rowmesh.node.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlConfigTest {

    private static final String GOOD = """
            region: eu
            database:
              kind: mysql
              host: db.local
              name: shop
              user: rm
            listen: { shipping: "127.0.0.1:7401", admin: "127.0.0.1:7402" }
            peers: [ { region: us, address: "localhost:7411" } ]
            tables: [ { match: "shop.*", mode: active-active } ]
            data-dir: data/eu
            """;

    @TempDir
    Path directory;

    private NodeConfig parse(String text) {
        return ConfigFile.parse("rowmesh.yaml", text, directory, Map.of("PORT", "3307", "ID", "77"));
    }

    private Database.MySql database(String more) {
        return (Database.MySql) parse(GOOD.replace("  user: rm\n", "  user: rm\n" + more)).database();
    }

    private void refused(String text, String... messages) {
        ConfigException e = assertThrows(ConfigException.class, () -> parse(text));
        assertEquals(String.join("\n", messages), e.getMessage());
    }

    @Test
    void readsEverythingAndFillsInTheDefaults() {
        assertEquals(new Database.MySql("db.local", 3306, "shop", "rm", Optional.empty(), "prefer", "shop", 4_067_955_036L), database(""));
        assertEquals(new Database.MySql("db.local", 3307, "shop", "rm", Optional.of(new Secret("x")), "verify-full", "public", 12),
                database("  port: 3307\n  password: x\n  sslmode: verify-full\n  schema: public\n  server-id: 12\n"));
        assertEquals(13, database("  server-id: 12\n").versionReaderId());
    }

    @Test
    void numbersMayBeTextsAndReferences() {
        assertEquals(3307, database("  port: \"${env:PORT}\"\n").port());
        assertEquals(77, database("  server-id: ${env:ID}\n").serverId());
    }

    /** Even and high, with room for the version reader's; of two regions of a mesh they hardly are the same. */
    @Test
    void theDefaultServerIdIsTheRegions() {
        assertEquals(DatabaseReader.defaultServerId("eu"), DatabaseReader.defaultServerId("eu"));
        for (String region : new String[] {"us", "ap", "eu-west-1", "eu-west-2", "a", "abcdefghijklmnop"}) {
            long id = DatabaseReader.defaultServerId(region);
            assertTrue(id >= 4_000_000_000L && id + 1 <= 0xFFFF_FFFFL && id % 2 == 0, region + " " + id);
            assertFalse(id == DatabaseReader.defaultServerId("eu"), region);
        }
    }

    @Test
    void neverPrintsASecret() {
        assertFalse(database("  password: s3cret\n").toString().contains("s3cret"));
    }

    @Test
    void whatBelongsToTheOtherKindIsRefused() {
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  slot: s\n  publication: p\n  url: postgresql://db/shop\n"),
                "rowmesh.yaml:7: 'database.slot' belongs to a PostgreSQL database, and this is a MySQL one: leave it out",
                "rowmesh.yaml:8: 'database.publication' belongs to a PostgreSQL database, and this is a MySQL one: leave it out",
                "rowmesh.yaml:9: 'database.url' belongs to a PostgreSQL database, and this is a MySQL one: give 'database.host', 'database.port' and 'database.name'");
        refused(GOOD.replace("kind: mysql", "url: postgresql://db/shop").replace("  user: rm\n", "  user: rm\n  schema: s\n  server-id: 5\n"),
                "rowmesh.yaml:4: 'database.host' belongs to a MySQL database, and this is a PostgreSQL one: give its address in 'database.url', or say 'kind: mysql'",
                "rowmesh.yaml:5: 'database.name' belongs to a MySQL database, and this is a PostgreSQL one: give its address in 'database.url', or say 'kind: mysql'",
                "rowmesh.yaml:7: 'database.schema' belongs to a MySQL database, and this is a PostgreSQL one: leave it out, or say 'kind: mysql'",
                "rowmesh.yaml:8: 'database.server-id' belongs to a MySQL database, and this is a PostgreSQL one: leave it out, or say 'kind: mysql'");
    }

    @Test
    void whatIsMissingOrMistypedIsNamed() {
        refused(GOOD.replace("  host: db.local\n", "").replace("  name: shop\n", ""),
                "rowmesh.yaml:2: 'database.host' is missing: the name or address of the MySQL server",
                "rowmesh.yaml:2: 'database.name' is missing: the database whose tables take part, up to 64 characters");
        refused(GOOD.replace("kind: mysql", "kind: mysq1").replace("  host:", "  hots:"),
                "rowmesh.yaml:3: 'database.kind' is 'mysq1': expected one of postgres, mysql: did you mean 'mysql'?",
                "rowmesh.yaml:4: unknown key 'database.hots': did you mean 'host'?");
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  server_id: 5\n"),
                "rowmesh.yaml:7: unknown key 'database.server_id': did you mean 'server-id'?");
    }

    @Test
    void numbersOutOfTheirRangeAreNamed() {
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  port: 65536\n  server-id: 4294967295\n"),
                "rowmesh.yaml:7: 'database.port' is '65536': the port must be a number from 1 to 65535",
                "rowmesh.yaml:8: 'database.server-id' is '4294967295': expected a number from 1 to 4294967294 (the next one is used, too)");
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  port: true\n  server-id: 0\n"),
                "rowmesh.yaml:7: 'database.port' must be a number or a text",
                "rowmesh.yaml:8: 'database.server-id' is '0': expected a number from 1 to 4294967294 (the next one is used, too)");
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  port: 33o6\n  server-id: -1\n"),
                "rowmesh.yaml:7: 'database.port' is '33o6': the port must be a number from 1 to 65535",
                "rowmesh.yaml:8: 'database.server-id' must be a number or a text");
    }

    @Test
    void reservedNamesAreRefused() {
        refused(GOOD.replace("name: shop", "name: rowmesh"),
                "rowmesh.yaml:5: 'database.name' is 'rowmesh': which is reserved: name the database of the application");
        refused(GOOD.replace("  user: rm\n", "  user: rm\n  schema: pg_x\n"),
                "rowmesh.yaml:7: 'database.schema' is 'pg_x': which is reserved: choose another schema");
    }

    @Test
    void onlyLastWriteWinsIsOffered() {
        parse(GOOD + "rules: [ { match: shop.*, rule: last-write-wins, unique: park } ]\n");
        refused(GOOD + """
                        rules:
                          - { match: shop.a, rule: column-merge }
                          - { match: shop.b, rule: last-write-wins, columns: { x: sum } }
                          - { match: shop.c, rule: last-write-wins, unique: newest-wins }
                          - { match: "shop.d*", rule: park }
                        """,
                "rowmesh.yaml:12: 'rules[0].rule': column-merge for shop.a is not offered on MySQL yet: only last-write-wins is, in this region and for these tables in all regions",
                "rowmesh.yaml:13: 'rules[1].columns': last-write-wins with 'columns' for shop.b is not offered on MySQL yet: only last-write-wins is, in this region and for these tables in all regions",
                "rowmesh.yaml:14: 'rules[2].unique': unique: newest-wins for shop.c is not offered on MySQL yet: only last-write-wins is, in this region and for these tables in all regions",
                "rowmesh.yaml:15: 'rules[3].rule': park for shop.d* is not offered on MySQL yet: only last-write-wins is, in this region and for these tables in all regions");
    }
}
