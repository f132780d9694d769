package io.rowmesh.node.prepare;

import io.rowmesh.node.config.NodeConfig.TableRule;
import io.rowmesh.node.config.TableGlob;
import io.rowmesh.node.config.TableMode;
import io.rowmesh.schema.TableId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ResolvedTablesTest {

    private static final List<TableRule> RULES = List.of(new TableRule(TableGlob.parse("*.*"), TableMode.ACTIVE_ACTIVE),
            new TableRule(TableGlob.parse("public.audit_*"), TableMode.SEND_ONLY), new TableRule(TableGlob.parse("public.audit_eu"), TableMode.OFF));

    /** Another region's node must not be able to write to the control tables, whatever the configuration matches. */
    @ParameterizedTest
    @CsvSource({"public,account,ACTIVE_ACTIVE", "public,audit_us,SEND_ONLY", "public,audit_eu,OFF", "pgbouncer,x,ACTIVE_ACTIVE",
            "rowmesh,progress,OFF", "pg_catalog,pg_class,OFF", "pg_temp_3,x,OFF", "information_schema,sql_parts,OFF"})
    void theLastRuleDecidesAndSystemSchemasAreOff(String schema, String name, TableMode mode) {
        assertEquals(mode, ResolvedTables.mode(RULES, new TableId(schema, name)));
    }
}
