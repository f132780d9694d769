package io.rowmesh.agent.capture;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableId;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The catalog as it is now against a change as it was written. */
class CapturedTablesTest {

    private static CatalogColumn column(String name, boolean generated) {
        return new CatalogColumn(name, "integer", "int4", 'b', true, false, true, generated, name.equals("id"));
    }

    private static CatalogTable catalog(CatalogColumn... columns) {
        return new CatalogTable(new TableId("public", "t"), 'r', 'p', 'd', true, List.of(columns));
    }

    private static CatalogTable catalog(String... names) {
        return catalog(Arrays.stream(names).map(name -> column(name, false)).toArray(CatalogColumn[]::new));
    }

    private static Schema logged(String... names) {
        SchemaBuilder schema = SchemaBuilder.struct();
        for (String name : names) {
            schema.field(name, Schema.OPTIONAL_STRING_SCHEMA);
        }
        return schema.build();
    }

    private static List<String> carried(CatalogTable catalog, Schema logged) {
        return CapturedTables.describe(catalog, logged).shape().columns().stream().map(Column::name).toList();
    }

    @Test
    void columnsAddedOrDroppedSinceAreNotCarried() {
        assertEquals(List.of("id", "a"), carried(catalog("id", "a", "b"), logged("id", "a")));
        assertEquals(List.of("id"), carried(catalog("id"), logged("id", "a")));
    }

    @Test
    void aColumnRenamedSinceIsRefused() {
        String error = assertThrows(CaptureException.class, () -> carried(catalog("id", "b"), logged("id", "a"))).getMessage();
        assertTrue(error.contains("public.t") && error.contains("column a was renamed (to b?)") && error.contains("add a column a"), error);
        assertThrows(CaptureException.class, () -> carried(catalog("id", "A"), logged("id", "a")));
    }

    @Test
    void bothNamesInTheCatalogLetItThrough() {
        assertEquals(List.of("id", "a"), carried(catalog("id", "b", "a"), logged("id", "a")));
    }

    @Test
    void generatedColumnsAreNeverInTheLog() {
        assertEquals(List.of("id"), carried(catalog(column("id", false), column("twice", true)), logged("id", "a")));
    }
}
