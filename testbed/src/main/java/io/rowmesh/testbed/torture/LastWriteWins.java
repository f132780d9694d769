package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/** Tables whose rows the later write decides: a few hot rows, many cold ones, every kind of change. */
final class LastWriteWins implements Workload {

    private static final Table HOT = Table.of("hot", "id");
    private static final Table COLD = Table.of("cold", "id");
    private static final Table DOCS = Table.of("docs", "id");
    private static final Table PAIRS = Table.of("pairs", "a", "b");
    private static final Table SHELF = Table.of("shelf", "id");
    private static final Table BULK = Table.of("bulk", "id");

    private static final int HOT_KEYS = 12;
    private static final int COLD_KEYS = 5_000;
    private static final int DOC_KEYS = 25;
    private static final int SHELF_KEYS = 40;
    private static final int BULK_KEYS = 20_000;

    @Override
    public String name() {
        return "last-write-wins";
    }

    @Override
    public List<String> schema() {
        return List.of(
                "create table hot (id int primary key, v text not null, n int)",
                "create table cold (id int primary key, v text not null, n int)",
                // Large values outside the row: an update that leaves them alone does not log them.
                "create table docs (id int primary key, v text not null, n int, body text)",
                "alter table docs alter column body set storage external",
                "create table pairs (a int, b text, v text, primary key (b, a))",
                "create table shelf (id int primary key, v text not null, n int)",
                "create table bulk (id int primary key, v text not null, n int)");
    }

    @Override
    public List<Table> tables() {
        return List.of(HOT, COLD, DOCS, PAIRS, SHELF, BULK);
    }

    @Override
    public void write(Hand hand) throws SQLException {
        int dice = hand.random.nextInt(1_000);
        if (dice < 450) {
            row(hand, HOT, HOT_KEYS);
        } else if (dice < 700) {
            row(hand, COLD, COLD_KEYS);
        } else if (dice < 780) {
            doc(hand);
        } else if (dice < 880) {
            pair(hand);
        } else if (dice < 980) {
            row(hand, SHELF, SHELF_KEYS);
        } else if (dice < 985) {
            hand.truncate(SHELF);
        } else {
            many(hand, hand.oneIn(30) ? 8_000 : 50);
        }
    }

    /** One of the changes a row can meet. */
    private static void row(Hand hand, Table table, int keys) throws SQLException {
        int id = hand.pick(keys);
        String name = table.name();
        String v = hand.unique();
        switch (hand.random.nextInt(10)) {
            case 0, 1 -> hand.write(table, "insert into " + name + " as t values (" + id + ", '" + v + "', 0) on conflict do nothing");
            case 2, 3 -> hand.write(table, "insert into " + name + " as t values (" + id + ", '" + v
                    + "', 1) on conflict (id) do update set v = excluded.v, n = t.n + 1");
            case 4, 5, 6 -> hand.write(table, "update " + name + " as t set v = '" + v + "', n = n + 1 where id = " + id);
            case 7, 8 -> hand.delete(table, "delete from " + name + " as t where id = " + id);
            default -> {
                int other = otherKey(hand, id, keys);
                hand.changeKey(table, "[\"" + id + "\"]", "update " + name + " as t set id = " + other + ", v = '" + v + "' where id = " + id
                        + " and not exists (select from " + name + " where id = " + other + ")");
            }
        }
    }

    private static int otherKey(Hand hand, int id, int keys) {
        return 1 + (id + hand.random.nextInt(keys - 1)) % keys;
    }

    private static void doc(Hand hand) throws SQLException {
        int id = hand.pick(DOC_KEYS);
        String v = hand.unique();
        switch (hand.random.nextInt(6)) {
            case 0, 1 -> hand.write(DOCS, "insert into docs as t values (" + id + ", '" + v + "', 0, repeat('" + v + " ', 300))"
                    + " on conflict (id) do update set v = excluded.v, body = excluded.body");
            case 2, 3, 4 -> hand.write(DOCS, "update docs as t set v = '" + v + "', n = n + 1 where id = " + id);
            default -> hand.delete(DOCS, "delete from docs as t where id = " + id);
        }
    }

    private static void pair(Hand hand) throws SQLException {
        int a = hand.pick(4);
        String b = "b-" + hand.pick(5);
        String v = hand.unique();
        String here = " where a = " + a + " and b = '" + b + "'";
        switch (hand.random.nextInt(4)) {
            case 0, 1 -> hand.write(PAIRS, "insert into pairs as t values (" + a + ", '" + b + "', '" + v
                    + "') on conflict (b, a) do update set v = excluded.v");
            case 2 -> hand.delete(PAIRS, "delete from pairs as t" + here);
            default -> {
                int other = otherKey(hand, a, 4);
                hand.changeKey(PAIRS, "[\"" + a + "\",\"" + b + "\"]", "update pairs as t set a = " + other + ", v = '" + v + "'" + here
                        + " and not exists (select from pairs where a = " + other + " and b = '" + b + "')");
            }
        }
    }

    /** One statement over a range of rows. */
    private static void many(Hand hand, int rows) throws SQLException {
        int first = hand.pick(BULK_KEYS - rows);
        String range = "between " + first + " and " + (first + rows - 1);
        String v = hand.unique();
        switch (hand.random.nextInt(5)) {
            case 0, 1, 2 -> hand.write(BULK, "insert into bulk as t select i, '" + v + "', 0 from generate_series(" + first + ", "
                    + (first + rows - 1) + ") i on conflict (id) do update set v = excluded.v, n = t.n + 1");
            case 3 -> hand.write(BULK, "update bulk as t set v = '" + v + "' where id " + range);
            default -> hand.delete(BULK, "delete from bulk as t where id " + range);
        }
    }
}
