package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Rows whose columns, and groups of columns, each have a last write of their own. */
final class Columns implements Workload {

    private static final Table PROFILES = Table.of("profiles", "id");
    private static final List<List<String>> GROUPS = List.of(List.of("a"), List.of("b"), List.of("city", "zip"));
    private static final List<String> ALL = GROUPS.stream().flatMap(List::stream).toList();
    private static final int KEYS = 12;

    @Override
    public String name() {
        return "column-merge";
    }

    @Override
    public List<String> schema() {
        return List.of("create table profiles (id int primary key, a text, b text, city text, zip text)",
                "alter table profiles replica identity full");
    }

    @Override
    public List<String> rules(List<String> regions) {
        return List.of("{ match: public.profiles, rule: column-merge, groups: [[city, zip]] }");
    }

    @Override
    public List<Table> tables() {
        return List.of(PROFILES);
    }

    @Override
    public Oracle oracle() {
        return new ColumnOracle(GROUPS);
    }

    /** Each column has a version of its own, kept beside the row. */
    @Override
    public boolean rowsTellVersions() {
        return false;
    }

    @Override
    public void write(Hand hand) throws SQLException {
        int id = hand.pick(KEYS);
        String v = hand.unique();
        switch (hand.random.nextInt(8)) {
            case 0, 1 -> hand.writeColumns(PROFILES, ALL, "insert into profiles as t values (" + id + ", '" + v + "a', '" + v + "b', '" + v + "c', '"
                    + v + "z') on conflict do nothing");
            case 2 -> hand.delete(PROFILES, "delete from profiles as t where id = " + id);
            default -> update(hand, id, v, GROUPS.get(hand.random.nextInt(GROUPS.size())));
        }
    }

    private static void update(Hand hand, int id, String v, List<String> columns) throws SQLException {
        String set = columns.stream().map(column -> column + " = '" + v + column.charAt(0) + "'").collect(Collectors.joining(", "));
        hand.writeColumns(PROFILES, columns, "update profiles as t set " + set + " where id = " + id);
    }
}
