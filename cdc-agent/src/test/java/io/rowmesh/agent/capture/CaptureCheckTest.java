package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CaptureCheckTest {

    private static final CatalogColumn ID = column("id", "int4", true);

    private static CatalogColumn column(String name, String type, boolean key) {
        return new CatalogColumn(name, type, type, 'b', true, false, true, false, key);
    }

    private static CatalogTable table(String name, CatalogColumn... columns) {
        return new CatalogTable(new TableId("public", name), 'r', 'p', 'd', true, List.of(columns));
    }

    private static void refused(String why, CatalogTable table) {
        List<String> problems = CaptureCheck.ofTable(table);
        assertTrue(problems.size() == 1 && problems.get(0).contains(why), problems::toString);
    }

    @Test
    void anOrdinaryTableIsFine() {
        assertEquals(List.of(), CaptureCheck.ofTable(table("t", ID, column("v", "jsonb", false), column("w", "float8", false))));
    }

    @Test
    void onlyTheHeartbeatMustExist() {
        assertTrue(CaptureCheck.ofMissing(new TableId("public", "t")).isEmpty());
        assertTrue(CaptureCheck.ofMissing(CaptureOptions.HEARTBEAT).orElse("").contains("rowmesh prepare"));
    }

    @Test
    void tablesWhoseChangesAreNotInTheLog() {
        TableId id = new TableId("public", "t");
        refused("partition", new CatalogTable(id, 'p', 'p', 'd', true, List.of(ID)));
        refused("unlogged", new CatalogTable(id, 'r', 'u', 'd', true, List.of(ID)));
        refused("replica identity", new CatalogTable(id, 'r', 'p', 'n', true, List.of(ID)));
        refused("primary key", new CatalogTable(id, 'r', 'p', 'f', false, List.of(ID)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"float4", "float8", "jsonb", "interval", "_int4", "timetz", "money", "xml"})
    void keysThatTheirTextDoesNotName(String type) {
        assertTrue(UnsupportedTypes.ofKey(column("k", type, true)).orElse("").contains("another type for the key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"int2", "numeric", "text", "bpchar", "uuid", "timestamptz", "bytea", "varbit", "inet", "oid", "char"})
    void keysThatAreFine(String type) {
        assertTrue(UnsupportedTypes.ofKey(column("k", type, true)).isEmpty());
    }

    @Test
    void keysByDomainCollationOrSomebodyElsesType() {
        assertTrue(UnsupportedTypes.ofKey(new CatalogColumn("k", "d", "numeric", 'b', true, true, true, false, true)).isPresent());
        assertTrue(UnsupportedTypes.ofKey(new CatalogColumn("k", "d", "int4", 'b', true, true, true, false, true)).isEmpty());
        assertTrue(UnsupportedTypes.ofKey(new CatalogColumn("k", "text", "text", 'b', true, false, false, false, true)).isPresent());
        assertTrue(UnsupportedTypes.ofKey(new CatalogColumn("k", "s.text", "text", 'b', false, false, true, false, true)).isPresent());
        assertTrue(UnsupportedTypes.ofKey(new CatalogColumn("k", "s.mood", "mood", 'e', false, false, true, false, true)).isEmpty());
    }

    @Test
    void columnsThatCannotBeCarried() {
        refused("cannot be carried exactly", table("t", ID, column("v", "timetz", false)));
        refused("differ only in case", table("t", ID, column("v", "text", false), column("V", "text", false)));
        refused("quotes around its name", table("t", ID, column("\"v\"", "text", false)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"t\"", "t\"", "a''b", "a``b"})
    void tableNamesThatCannotBeCarried(String name) {
        refused("cannot carry this name", table(name, ID));
    }
}
