package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.torture.RowChanges.Target;

import java.sql.SQLException;
import java.util.List;

/** Tables whose rows the later write decides: a few hot rows, many cold ones, every kind of change. */
final class LastWriteWins implements Workload {

    private static final Table HOT = Table.of("hot", "id").with("v", "n");
    private static final Table COLD = Table.of("cold", "id").with("v", "n");
    private static final Table DOCS = Table.of("docs", "id").with("v", "n", "body");
    private static final Table PAIRS = Table.of("pairs", "a", "b").with("v");
    private static final Table SHELF = Table.of("shelf", "id").with("v", "n");
    private static final Table BULK = Table.of("bulk", "id").with("v", "n");

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
    public List<String> mySqlSchema() {
        return List.of(
                "create table hot (id int primary key, v varchar(100) not null, n int)",
                "create table cold (id int primary key, v varchar(100) not null, n int)",
                "create table docs (id int primary key, v varchar(100) not null, n int, body longtext)",
                "create table pairs (a int, b varchar(20) collate utf8mb4_bin, v varchar(100), primary key (b, a))",
                "create table shelf (id int primary key, v varchar(100) not null, n int)",
                "create table bulk (id int primary key, v varchar(100) not null, n int)");
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
            hand.rows().truncate(SHELF);
        } else {
            many(hand, hand.oneIn(30) ? 8_000 : 50);
        }
    }

    /** One of the changes a row can meet. */
    private static void row(Hand hand, Table table, int keys) throws SQLException {
        int id = hand.pick(keys);
        String v = hand.unique();
        Target target = target(table, "id = " + id, v);
        switch (hand.random.nextInt(10)) {
            case 0, 1 -> hand.rows().insert(target, "values (" + id + ", '" + v + "', 0)");
            case 2, 3 -> hand.rows().upsert(target, "values (" + id + ", '" + v + "', 1)", List.of("v"), true);
            case 4, 5, 6 -> hand.rows().update(target, "v = '" + v + "', n = n + 1");
            case 7, 8 -> hand.rows().delete(target);
            default -> {
                int other = otherKey(hand, id, keys);
                hand.rows().changeKey(target, "[\"" + id + "\"]", "id = " + other + ", v = '" + v + "'", "id = " + other);
            }
        }
    }

    /** @param v that no other statement writes */
    private static Target target(Table table, String where, String v) {
        return new Target(table, where, "v = '" + v + "'");
    }

    private static int otherKey(Hand hand, int id, int keys) {
        return 1 + (id + hand.random.nextInt(keys - 1)) % keys;
    }

    private static void doc(Hand hand) throws SQLException {
        int id = hand.pick(DOC_KEYS);
        String v = hand.unique();
        Target target = target(DOCS, "id = " + id, v);
        switch (hand.random.nextInt(6)) {
            case 0, 1 -> hand.rows().upsert(target, "values (" + id + ", '" + v + "', 0, repeat('" + v + " ', 300))", List.of("v", "body"), false);
            case 2, 3, 4 -> hand.rows().update(target, "v = '" + v + "', n = n + 1");
            default -> hand.rows().delete(target);
        }
    }

    private static void pair(Hand hand) throws SQLException {
        int a = hand.pick(4);
        String b = "b-" + hand.pick(5);
        String v = hand.unique();
        Target target = target(PAIRS, "a = " + a + " and b = '" + b + "'", v);
        switch (hand.random.nextInt(4)) {
            case 0, 1 -> hand.rows().upsert(target, "values (" + a + ", '" + b + "', '" + v + "')", List.of("v"), false);
            case 2 -> hand.rows().delete(target);
            default -> {
                int other = otherKey(hand, a, 4);
                hand.rows().changeKey(target, "[\"" + a + "\",\"" + b + "\"]", "a = " + other + ", v = '" + v + "'",
                        "a = " + other + " and b = '" + b + "'");
            }
        }
    }

    /** One statement over a range of rows. */
    private static void many(Hand hand, int rows) throws SQLException {
        int first = hand.pick(BULK_KEYS - rows);
        int last = first + rows - 1;
        String v = hand.unique();
        Target target = target(BULK, "id between " + first + " and " + last, v);
        switch (hand.random.nextInt(5)) {
            case 0, 1, 2 -> hand.rows().upsert(target, "select i, '" + v + "', 0 from " + hand.rows().numbers(first, last), List.of("v"), true);
            case 3 -> hand.rows().update(target, "v = '" + v + "'");
            default -> hand.rows().delete(target);
        }
    }
}
