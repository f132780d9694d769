package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/**
 * Rows with keys of their own, and a trigger that counts in each region how often a row was written there: what an upsert done
 * twice would hide.
 */
final class Entries implements Workload {

    static final Table ENTRIES = Table.of("entries", "id");

    @Override
    public String name() {
        return "entries";
    }

    @Override
    public List<String> schema() {
        return List.of(
                "create table entries (id text primary key)",
                "create table torture.applications (id text)",
                "create function torture.note_application() returns trigger language plpgsql as $f$ begin"
                        + " insert into torture.applications values (new.id); return null; end $f$",
                "create trigger note after insert or update on entries for each row execute function torture.note_application()",
                "alter table entries enable always trigger note");
    }

    /** Without a trigger: how often an entry was written is in the log. */
    @Override
    public List<String> mySqlSchema() {
        return List.of("create table entries (id varchar(100) collate utf8mb4_bin primary key)");
    }

    @Override
    public List<Table> tables() {
        return List.of(ENTRIES, Ledger.JOURNAL);
    }

    @Override
    public long steps(String image) {
        return image == null ? 0 : 1;
    }

    @Override
    public void write(Hand hand) throws SQLException {
        if (hand.oneIn(3)) {
            String id = "'" + hand.unique() + "'";
            hand.rows().insert(new RowChanges.Target(ENTRIES, "id = " + id, "id = " + id), "values (" + id + ")");
        }
    }
}
