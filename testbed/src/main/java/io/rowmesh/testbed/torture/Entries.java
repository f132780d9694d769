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
            hand.write(ENTRIES, "insert into entries as t values ('" + hand.unique() + "')");
        }
    }
}
