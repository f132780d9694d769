package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/** Rows that count: sum, max, min and union, with deletes and re-inserts among the increments. Some keys are never deleted. */
final class Counters implements Workload {

    private static final Table COUNTERS = Table.of("counters", "id");
    private static final int KEYS = 12;
    private static final int LASTING_KEYS = 6;

    @Override
    public String name() {
        return "counters";
    }

    @Override
    public List<String> schema() {
        return List.of("create table counters (id int primary key, n bigint not null, hi bigint not null, lo bigint not null,"
                + " tags text[] not null, v text not null)", "alter table counters replica identity full");
    }

    @Override
    public List<String> rules() {
        return List.of("{ match: public.counters, rule: last-write-wins, columns: { n: sum, hi: max, lo: min, tags: union } }");
    }

    @Override
    public List<Table> tables() {
        return List.of(COUNTERS);
    }

    @Override
    public Oracle oracle() {
        return new CounterOracle();
    }

    @Override
    public void write(Hand hand) throws SQLException {
        int id = hand.pick(KEYS);
        if (hand.oneIn(300)) {
            hand.truncateSeen(COUNTERS);
        } else if (id > LASTING_KEYS && hand.oneIn(5)) {
            hand.deleteSeen(COUNTERS, key(id), "delete from counters where id = " + id);
        } else {
            count(hand, id);
        }
    }

    private static void count(Hand hand, int id) throws SQLException {
        int n = hand.oneIn(4) ? hand.pick(9) : 1;
        int hi = hand.pick(1_000_000);
        int lo = hand.pick(1_000_000);
        String tag = "t" + hand.pick(30);
        String v = hand.unique();
        String set = "'n', " + n + ", 'hi', " + hi + ", 'lo', " + lo + ", 'tags', '" + tag + "', 'v', '" + v + "'";
        int inserted = hand.changeSeen(COUNTERS, key(id), Write.Kind.INSERT, set, "insert into counters values (" + id + ", " + n + ", " + hi
                + ", " + lo + ", array['" + tag + "'], '" + v + "') on conflict do nothing");
        if (inserted == 0) {
            hand.changeSeen(COUNTERS, key(id), Write.Kind.UPDATE, set, "update counters set n = n + " + n + ", hi = greatest(hi, " + hi
                    + "), lo = least(lo, " + lo + "), tags = array_append(tags, '" + tag + "'), v = '" + v + "' where id = " + id);
        }
    }

    private static String key(int id) {
        return "[\"" + id + "\"]";
    }

    /** What the column n holds. */
    @Override
    public long steps(String image) {
        return image == null ? 0 : Long.parseLong(image.split(",")[1]);
    }
}
