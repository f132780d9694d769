package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** Rows that count: sum, max, min and union; in one table with deletes, re-inserts and truncates among the increments. */
final class Counters implements Workload {

    private static final Table COUNTERS = Table.of("counters", "id");
    /** Nothing is ever deleted from it: every step must count. */
    private static final Table TALLIES = Table.of("tallies", "id");
    private static final int KEYS = 6;

    @Override
    public String name() {
        return "counters";
    }

    @Override
    public List<String> schema() {
        return tables().stream().flatMap(table -> Stream.of("create table " + table.name() + " (id int primary key, n bigint not null,"
                + " hi bigint not null, lo bigint not null, tags text[] not null, v text not null)",
                "alter table " + table.name() + " replica identity full")).toList();
    }

    @Override
    public List<String> rules(List<String> regions) {
        return tables().stream().map(table -> "{ match: public." + table.name()
                + ", rule: last-write-wins, columns: { n: sum, hi: max, lo: min, tags: union } }").toList();
    }

    @Override
    public List<Table> tables() {
        return List.of(COUNTERS, TALLIES);
    }

    @Override
    public Oracle oracle() {
        return new CounterOracle();
    }

    @Override
    public void write(Hand hand) throws SQLException {
        int id = hand.pick(KEYS);
        if (hand.oneIn(2)) {
            count(hand, TALLIES, id);
        } else if (hand.oneIn(200)) {
            hand.truncateSeen(COUNTERS);
        } else if (hand.oneIn(5)) {
            hand.deleteSeen(COUNTERS, key(id), "delete from counters where id = " + id);
        } else {
            count(hand, COUNTERS, id);
        }
    }

    private static void count(Hand hand, Table table, int id) throws SQLException {
        int n = hand.oneIn(4) ? hand.pick(9) : 1;
        int hi = hand.pick(1_000_000);
        int lo = hand.pick(1_000_000);
        String tag = "t" + hand.pick(30);
        String v = hand.unique();
        String set = "'n', " + n + ", 'hi', " + hi + ", 'lo', " + lo + ", 'tags', '" + tag + "', 'v', '" + v + "'";
        int inserted = hand.changeSeen(table, key(id), Write.Kind.INSERT, set, "insert into " + table.name() + " values (" + id + ", " + n + ", " + hi
                + ", " + lo + ", array['" + tag + "'], '" + v + "') on conflict do nothing");
        if (inserted == 0) {
            hand.changeSeen(table, key(id), Write.Kind.UPDATE, set, "update " + table.name() + " set n = n + " + n + ", hi = greatest(hi, " + hi
                    + "), lo = least(lo, " + lo + "), tags = array_append(tags, '" + tag + "'), v = '" + v + "' where id = " + id);
        }
    }

    private static String key(int id) {
        return "[\"" + id + "\"]";
    }

    /** The true version of a merged row is kept beside it only until every region has seen it. */
    @Override
    public boolean rowsTellVersions() {
        return false;
    }

    /** All but v. */
    @Override
    public String lasting(String image) {
        return image == null ? null : image.substring(0, image.lastIndexOf(','));
    }

    /** What the column n holds. */
    @Override
    public long steps(String image) {
        return image == null ? 0 : Long.parseLong(image.split(",")[1]);
    }
}
