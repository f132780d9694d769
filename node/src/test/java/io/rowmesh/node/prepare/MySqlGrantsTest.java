package io.rowmesh.node.prepare;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MySqlGrantsTest {

    private static final List<String> ASKED = List.of("SELECT", "INSERT");

    private static MySqlGrants grants(String... lines) {
        return new MySqlGrants(List.of(lines));
    }

    @Test
    void whatIsGrantedOnTheWholeServerHoldsEverywhere() {
        MySqlGrants grants = grants("GRANT SELECT, REPLICATION SLAVE ON *.* TO `rm`@`%`", "GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO `rm`@`%`");
        assertEquals(List.of("REPLICATION CLIENT"), grants.missing(List.of("REPLICATION SLAVE", "REPLICATION CLIENT", "SYSTEM_VARIABLES_ADMIN")));
        assertEquals(List.of("INSERT"), grants.missing(ASKED, "shop"));
        assertEquals(List.of("INSERT"), grants.missing(ASKED, "shop", "t"));
        assertEquals(List.of(), grants("GRANT ALL PRIVILEGES ON *.* TO `rm`@`%` WITH GRANT OPTION").missing(ASKED, "shop"));
    }

    @Test
    void databasesAreGrantedByPatterns() {
        assertEquals(List.of(), grants("GRANT SELECT, INSERT ON `my_shop`.* TO `rm`@`%`").missing(ASKED, "myXshop"));
        MySqlGrants literal = grants("GRANT SELECT, INSERT ON `my\\_``s%`.* TO `rm`@`%`");
        assertEquals(List.of(), literal.missing(ASKED, "my_`shop"));
        assertEquals(ASKED, literal.missing(ASKED, "myX`shop"));
        assertEquals("`my\\_\\%\\\\``s`.*", MySqlServer.everythingIn("my_%\\`s"));
        assertTrue(MySqlGrants.matches("my\\_\\%\\\\`s", "my_%\\`s"));
    }

    @Test
    void tablesAreGrantedByNameAndColumnsAreNotEnough() {
        MySqlGrants grants = grants("GRANT USAGE ON *.* TO `rm`@`%`", "GRANT SELECT (`a`, `b`), INSERT ON `shop`.`t_1` TO `rm`@`%`");
        assertEquals(List.of("SELECT"), grants.missing(ASKED, "shop", "t_1"));
        assertEquals(ASKED, grants.missing(ASKED, "shop", "tx1"));
        assertEquals(ASKED, grants.missing(ASKED, "shop"));
    }

    @Test
    void aPartialRevokeTakesADatabaseOut() {
        MySqlGrants grants = grants("GRANT SELECT, INSERT ON *.* TO `rm`@`%`", "REVOKE INSERT ON `shop`.* FROM `rm`@`%`");
        assertEquals(List.of("INSERT"), grants.missing(ASKED, "shop"));
        assertEquals(List.of(), grants.missing(ASKED, "app"));
    }

    @Test
    void whatElseTheServerPrintsIsPassedOver() {
        MySqlGrants grants = grants("GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `rm`@`%`", "GRANT `reader`@`%` TO `rm`@`%`",
                "GRANT PROXY ON ``@`` TO `rm`@`%` WITH GRANT OPTION");
        assertEquals(ASKED, grants.missing(ASKED, "shop"));
    }

    @Test
    void keysNeedBinaryCollationsAndOneOfThemIsAnother() {
        assertTrue(MySqlTableFindings.isExact("latin1_bin"));
        assertFalse(MySqlTableFindings.isExact("utf8mb4_0900_as_cs"));
        assertFalse(MySqlTableFindings.isExact("utf8mb4_0900_bin"));
    }
}
