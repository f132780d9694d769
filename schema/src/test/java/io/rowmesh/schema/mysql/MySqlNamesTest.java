package io.rowmesh.schema.mysql;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlNamesTest {

    private final MySqlNames names = new MySqlNames("shop_eu", "shop");

    @Test
    void tablesOfTheDatabaseTravelUnderTheSchema() {
        assertEquals(new TableId("shop", "orders"), names.wire("shop_eu", "orders"));
        assertEquals(new TableId("rowmesh", "heartbeat"), names.wire("rowmesh", "heartbeat"));
        assertNull(names.wire("shop", "orders"));
        assertNull(names.wire("mysql", "user"));
    }

    @Test
    void quotedNamesAreLocalAndHoldAnyCharacter() {
        assertEquals("`shop_eu`.`orders`", names.quoted(new TableId("shop", "orders")));
        assertEquals("`shop_eu`.`a``b.c`", names.quoted(new TableId("shop", "a`b.c")));
        assertEquals("`rowmesh`.`progress`", names.quoted(new TableId("rowmesh", "progress")));
    }

    @Test
    void whatIsNotReplicatedHereHasNoLocalName() {
        String message = assertThrows(IllegalArgumentException.class, () -> names.quoted(new TableId("public", "orders"))).getMessage();
        assertTrue(message.contains("public.orders") && message.contains("shop_eu"), message);
    }

    @Test
    void theControlTablesDatabaseIsNotReplicated() {
        assertThrows(IllegalArgumentException.class, () -> new MySqlNames("rowmesh", "shop"));
        assertThrows(IllegalArgumentException.class, () -> new MySqlNames("shop", "rowmesh"));
    }
}
