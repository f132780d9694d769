package io.rowmesh.rules;

import io.rowmesh.schema.RowChange.Kind;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.Version;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ConflictNamingTest {

    private static final TransactionHeader FROM_EU = new TransactionHeader("eu", 1, 7, 1_000, 99, 1, 1,
            List.of(new SeenMark("us", 1, 3, 500)), false);

    @Test
    void aWriteThatTheOriginHadSeenIsNoConflict() {
        assertEquals(Optional.empty(), ConflictNaming.metRow(Kind.UPDATE, new Version(500, "us"), FROM_EU));
        assertEquals(Optional.empty(), ConflictNaming.metRow(Kind.UPDATE, new Version(2_000, "eu"), FROM_EU));
    }

    @Test
    void aWriteThatTheOriginHadNotSeenIsNamedByTheIncomingKind() {
        Version unseen = new Version(501, "us");
        assertEquals(Optional.of(ConflictType.INSERT_EXISTS), ConflictNaming.metRow(Kind.INSERT, unseen, FROM_EU));
        assertEquals(Optional.of(ConflictType.UPDATE_ORIGIN_DIFFERS), ConflictNaming.metRow(Kind.UPDATE, unseen, FROM_EU));
        assertEquals(Optional.of(ConflictType.DELETE_ORIGIN_DIFFERS), ConflictNaming.metRow(Kind.DELETE, unseen, FROM_EU));
        assertEquals(Optional.of(ConflictType.INSERT_EXISTS),
                ConflictNaming.metRow(Kind.INSERT, new Version(1, "ap"), FROM_EU), "nothing is known to be seen of ap");
    }

    @Test
    void tiesGoToTheGreaterRegionAndToTheSameRegionsLaterChange() {
        assertTrue(LastWriteWins.applies(new Version(10, "eu"), new Version(10, "us")));
        assertFalse(LastWriteWins.applies(new Version(10, "us"), new Version(10, "eu")));
        assertTrue(LastWriteWins.applies(new Version(10, "eu"), new Version(10, "eu")));
        assertTrue(LastWriteWins.applies(null, new Version(-5, "eu")));
    }
}
