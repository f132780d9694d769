package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingMesh;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rows of which one of the writes that had not seen each other stays: that of the first region in an order, or that of the row's
 * home. The rows stand before rowmesh begins and are only updated, so that a writer always holds the row and its ledger can tell
 * exactly what it had seen.
 */
final class Siblings implements Workload {

    private static final Table RANKED = Table.of("ranked", "id");
    private static final Table HOMES = Table.of("homes", "id");
    private static final int KEYS = 8;
    /** The first comes before all others. */
    private static final List<String> REGIONS = TestingMesh.regionIds(5);

    @Override
    public String name() {
        return "siblings";
    }

    @Override
    public List<String> schema() {
        return tables().stream().flatMap(table -> Stream.of("create table " + table.name() + " (id int primary key, home text not null, v text not null)",
                "alter table " + table.name() + " replica identity full",
                "insert into " + table.name() + " select i, 'us', 'base' from generate_series(1, " + KEYS + ") i")).toList();
    }

    @Override
    public List<String> rules(List<String> regions) {
        return List.of("{ match: public.ranked, rule: region-priority, priority: [" + String.join(", ", regions) + "] }",
                "{ match: public.homes, rule: home-region, column: home }");
    }

    @Override
    public List<Table> tables() {
        return List.of(RANKED, HOMES);
    }

    @Override
    public Oracle oracle() {
        return new SiblingOracle(REGIONS, KEYS);
    }

    /** A chosen sibling is written by whoever met the last of its set. */
    @Override
    public boolean rowsTellVersions() {
        return false;
    }

    @Override
    public void write(Hand hand) throws SQLException {
        Table table = hand.oneIn(2) ? RANKED : HOMES;
        int id = hand.pick(KEYS);
        String home = hand.oneIn(3) ? ", home = '" + REGIONS.get(hand.random.nextInt(3)) + "'" : "";
        hand.updateSeen(table, "[\"" + id + "\"]", "update " + table.name() + " as t set v = '" + hand.unique() + "'" + home + " where id = " + id);
    }
}
