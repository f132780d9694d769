package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Two statements each, the second for the ledger: it finds the rows that the first one wrote by their mark, and they are locked. A truncate
 * ends the transaction in MySQL; it is in the log with its time, so nothing more is noted of it.
 */
final class MySqlChanges implements RowChanges {

    private static final String NOTE = "insert into torture.ledger (transaction, kind, relation, row_key, image) ";

    private final Hand hand;

    MySqlChanges(Hand hand) {
        this.hand = hand;
    }

    @Override
    public void insert(Target target, String rows) throws SQLException {
        String key = target.table().key().get(0);
        hand.run("insert into " + target.table().name() + " " + rows + " on duplicate key update " + key + " = " + target.table().name() + "." + key);
        note(target);
    }

    @Override
    public void upsert(Target target, String rows, List<String> taken, boolean counting) throws SQLException {
        String name = target.table().name();
        String set = taken.stream().map(column -> column + " = values(" + column + ")").collect(Collectors.joining(", "));
        hand.run("insert into " + name + " " + rows + " on duplicate key update " + set + (counting ? ", n = " + name + ".n + 1" : ""));
        note(target);
    }

    @Override
    public void update(Target target, String set) throws SQLException {
        hand.run("update " + target.table().name() + " set " + set + " where " + target.where());
        note(target);
    }

    /** Only what was locked is deleted: under read committed another row may come between the two statements. */
    @Override
    public void delete(Target target) throws SQLException {
        Table table = target.table();
        String key = MySqlText.key(table);
        String from = " from " + table.name() + " t where " + target.where();
        List<String> keys = hand.texts("select " + key + from + " for update");
        if (!keys.isEmpty()) {
            hand.run("delete t" + from + " and " + key + " in (" + keys.stream().map(each -> "'" + each + "'").collect(Collectors.joining(", ")) + ")");
            hand.noted(NOTE + "values " + keys.stream().map(each -> row("DELETE", table, "'" + each + "'", "null")).collect(Collectors.joining(", ")));
        }
    }

    @Override
    public void changeKey(Target target, String oldKey, String set, String elsewhere) throws SQLException {
        Table table = target.table();
        // A limit keeps the inner query apart: the table that is updated may not be read directly.
        hand.run("update " + table.name() + " set " + set + " where " + target.where() + " and not exists (select 1 from (select 1 from "
                + table.name() + " where " + elsewhere + " limit 1) o)");
        Target now = new Target(table, elsewhere, target.mark());
        note(now, "DELETE", "'" + oldKey + "'", "null");
        note(now);
    }

    private void note(Target target) throws SQLException {
        note(target, "ROW", MySqlText.key(target.table()), MySqlText.image(target.table()));
    }

    private void note(Target target, String kind, String key, String image) throws SQLException {
        String row = row(kind, target.table(), key, image);
        hand.noted(NOTE + "select " + row.substring(1, row.length() - 1) + " from " + target.table().name() + " t where "
                + target.where() + " and " + target.mark());
    }

    private String row(String kind, Table table, String key, String image) {
        return "('" + hand.transaction() + "', '" + kind + "', '" + table.name() + "', " + key + ", " + image + ")";
    }

    /** Not where something may be undone, as it commits all that came before. */
    @Override
    public void truncate(Table table) throws SQLException {
        if (!hand.mayBeUndone()) {
            hand.run("truncate " + table.name());
        }
    }

    @Override
    public String numbers(int first, int last) {
        return "torture.numbers where i between " + first + " and " + last;
    }
}
