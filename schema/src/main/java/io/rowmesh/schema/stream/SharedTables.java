package io.rowmesh.schema.stream;

import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.wire.TableDef;
import io.rowmesh.schema.wire.TableRule;

import java.util.List;
import java.util.Optional;

/** What two regions have to agree on of their tables, and tell each other when a stream begins. */
public record SharedTables(SharedRules rules, SharedShapes shapes) {

    /** Where nothing but last-write-wins is in use and nothing is compared. */
    public static SharedTables none(String region) {
        return new SharedTables(SharedRules.none(region), SharedShapes.none(region));
    }

    public List<TableDef> shapesToWire() {
        return shapes.tables().stream().map(WireCodec::encodeTable).toList();
    }

    /** One sentence about why nothing of the other region can be applied here; empty when nothing speaks against it. */
    public Optional<String> refusesFrom(String other, List<TableRule> theirRules, List<TableDef> theirTables) {
        return rules.difference(other, theirRules).or(() -> shapes.refusesFrom(other, decode(theirTables)));
    }

    /** One sentence about why the other region cannot apply what is written here; empty when nothing speaks against it. */
    public Optional<String> refusedBy(String other, List<TableRule> theirRules, List<TableDef> theirTables) {
        return rules.difference(other, theirRules).or(() -> shapes.refusedBy(other, decode(theirTables)));
    }

    private static List<TableShape> decode(List<TableDef> tables) {
        return tables.stream().map(WireCodec::decodeTable).toList();
    }
}
