package io.rowmesh.testbed.torture;

import java.sql.SQLException;
import java.util.List;

/** Rows with two secondary unique keys, of whose values there are few: of rows that share one the newest is shown. */
final class UniqueNames implements Workload {

    private static final Table ACCOUNTS = Table.of("accounts", "id");
    private static final int KEYS = 10;
    private static final int NAMES = 7;

    @Override
    public String name() {
        return "unique";
    }

    @Override
    public List<String> schema() {
        return List.of("create table accounts (id int primary key, name text unique, mail text unique, v text not null)");
    }

    @Override
    public List<String> rules(List<String> regions) {
        return List.of("{ match: public.accounts, rule: last-write-wins, unique: newest-wins }");
    }

    @Override
    public List<Table> tables() {
        return List.of(ACCOUNTS);
    }

    @Override
    public Oracle oracle() {
        return new UniqueOracle();
    }

    /** What would break a key of a row that stands is not written, or is refused with its transaction. */
    @Override
    public void write(Hand hand) throws SQLException {
        int id = hand.pick(KEYS);
        String v = hand.unique();
        String name = "'n" + hand.pick(NAMES) + "'";
        String mail = hand.oneIn(4) ? "null" : "'m" + hand.pick(NAMES) + "'";
        switch (hand.random.nextInt(6)) {
            case 0, 1 -> hand.write(ACCOUNTS, "insert into accounts as t select " + id + ", " + name + ", " + mail + ", '" + v
                    + "' on conflict do nothing");
            case 2 -> hand.delete(ACCOUNTS, "delete from accounts as t where id = " + id);
            case 3 -> hand.write(ACCOUNTS, "update accounts as t set v = '" + v + "' where id = " + id);
            default -> hand.write(ACCOUNTS, "update accounts as t set name = " + name + ", mail = " + mail + ", v = '" + v + "' where id = " + id
                    + " and not exists (select from accounts where id <> " + id + " and (name = " + name + " or mail = " + mail + "))");
        }
    }
}
