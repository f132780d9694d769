package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** One statement each: what it returns goes into the ledger. */
final class PostgresChanges implements RowChanges {

    private final Hand hand;

    PostgresChanges(Hand hand) {
        this.hand = hand;
    }

    @Override
    public void insert(Target target, String rows) throws SQLException {
        hand.write(target.table(), insertInto(target, rows) + " on conflict do nothing");
    }

    @Override
    public void upsert(Target target, String rows, List<String> taken, boolean counting) throws SQLException {
        String set = taken.stream().map(column -> column + " = excluded." + column).collect(Collectors.joining(", "));
        hand.write(target.table(), insertInto(target, rows) + " on conflict (" + String.join(", ", target.table().key()) + ") do update set " + set
                + (counting ? ", n = t.n + 1" : ""));
    }

    private static String insertInto(Target target, String rows) {
        return "insert into " + target.table().name() + " as t " + rows;
    }

    @Override
    public void update(Target target, String set) throws SQLException {
        hand.write(target.table(), "update " + target.table().name() + " as t set " + set + " where " + target.where());
    }

    @Override
    public void delete(Target target) throws SQLException {
        hand.delete(target.table(), "delete from " + target.table().name() + " as t where " + target.where());
    }

    @Override
    public void changeKey(Target target, String oldKey, String set, String elsewhere) throws SQLException {
        String name = target.table().name();
        hand.changeKey(target.table(), oldKey, "update " + name + " as t set " + set + " where " + target.where()
                + " and not exists (select from " + name + " where " + elsewhere + ")");
    }

    @Override
    public void truncate(Table table) throws SQLException {
        hand.truncate(table);
    }

    @Override
    public String numbers(int first, int last) {
        return "generate_series(" + first + ", " + last + ") i";
    }
}
