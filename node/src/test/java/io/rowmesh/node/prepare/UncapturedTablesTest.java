package io.rowmesh.node.prepare;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;

class UncapturedTablesTest {

    private static final TableId OLD = new TableId("public", "old");
    private static final TableId REPLACED = new TableId("public", "replaced");
    private static final TableId NEW = new TableId("public", "new");
    private static final TableId PREPARED = new TableId("public", "prepared");

    @Test
    void needsThePublicationAndTheRunningCapture() {
        assertEquals(List.of(NEW, PREPARED, REPLACED),
                UncapturedTables.of(List.of(NEW, OLD, PREPARED, REPLACED), Set.of(OLD, REPLACED), List.of(OLD, PREPARED)));
    }
}
