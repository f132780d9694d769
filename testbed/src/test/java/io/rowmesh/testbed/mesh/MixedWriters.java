package io.rowmesh.testbed.mesh;

import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Users of every region, on PostgreSQL or MySQL, who insert, change and delete the same few rows at once, some in one transaction. */
final class MixedWriters implements AutoCloseable {

    static final String POSTGRES = "create table public.items (id int primary key, who varchar(20) not null, n bigint, price numeric(12,4),"
            + " at timestamp(6) without time zone, note text, raw bytea)";
    static final String MYSQL = "create table items (id int primary key, who varchar(20) not null, n bigint, price decimal(12,4), at datetime(6),"
            + " note longtext, raw longblob)";

    /** The same texts of equal rows. */
    private static final String POSTGRES_ROWS = "select id, who, n, price, to_char(at, 'YYYY-MM-DD HH24:MI:SS.US'), note, upper(encode(raw, 'hex')) from public.items order by id";
    private static final String MYSQL_ROWS = "select id, who, n, price, date_format(at, '%Y-%m-%d %H:%i:%s.%f'), note, hex(raw) from items order by id";

    private static final int KEYS = 40;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger committed = new AtomicInteger();
    private volatile boolean stopped;

    MixedWriters(TestingMesh mesh, int each, long seed) {
        for (TestingRegion region : mesh.regions()) {
            for (int i = 0; i < each; i++) {
                Random random = new Random(seed + threads.size());
                Thread thread = new Thread(() -> write(region, random), "writer-" + region.id() + "-" + i);
                threads.add(thread);
                thread.start();
            }
        }
    }

    static void create(TestingMesh mesh) {
        mesh.regions().forEach(region -> region.database().execute(isMySql(region.database()) ? MYSQL : POSTGRES));
    }

    static List<List<String>> rows(TestingRegion region) {
        return region.database().query(isMySql(region.database()) ? MYSQL_ROWS : POSTGRES_ROWS);
    }

    private static boolean isMySql(TestingDatabase database) {
        return database instanceof TestingMySql;
    }

    int committed() {
        return committed.get();
    }

    private void write(TestingRegion region, Random random) {
        while (!stopped) {
            try (Connection connection = region.database().connect(); Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (!stopped) {
                    for (int i = 0; i <= random.nextInt(3); i++) {
                        statement.execute(operation(region, random));
                    }
                    connection.commit();
                    committed.incrementAndGet();
                    pause(random.nextInt(15));
                }
            } catch (SQLException e) {
                // A server that was killed, or a deadlock: as any user would, again.
                pause(50);
            }
        }
    }

    private static String operation(TestingRegion region, Random random) {
        int id = random.nextInt(KEYS);
        return switch (random.nextInt(6)) {
            case 0 -> "delete from items where id = " + id;
            case 1 -> "update items set n = " + random.nextInt(1000) + ", who = '" + region.id() + "' where id = " + id;
            case 2 -> "update items set id = id + " + KEYS + " where id = " + id + " and not exists (select 1 from (select id from items) i where i.id = " + (id + KEYS) + ")";
            default -> upsert(region, id, random);
        };
    }

    private static String upsert(TestingRegion region, int id, Random random) {
        boolean mySql = isMySql(region.database());
        String raw = String.format("%08x", random.nextInt());
        String values = id + ", '" + region.id() + "', " + random.nextLong() + ", " + random.nextInt(1_000_000) + ".1234, '2024-02-29 23:59:59.999999', 'note "
                + random.nextInt() + "', " + (mySql ? "x'" + raw + "'" : "'\\x" + raw + "'");
        return "insert into items (id, who, n, price, at, note, raw) values (" + values + ")" + (mySql
                ? " on duplicate key update who = values(who), n = values(n), price = values(price), at = values(at), note = values(note), raw = values(raw)"
                : " on conflict (id) do update set who = excluded.who, n = excluded.n, price = excluded.price, at = excluded.at, note = excluded.note, raw = excluded.raw");
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops writing, waits until all is quiet, and says how each region differs from the first. */
    static List<String> differences(TestingMesh mesh, Duration limit) {
        mesh.awaitQuiet(limit);
        List<String> differences = new ArrayList<>();
        List<List<String>> first = rows(mesh.regions().get(0));
        for (TestingRegion region : mesh.regions()) {
            List<List<String>> rows = rows(region);
            if (!rows.equals(first)) {
                List<List<String>> only = new ArrayList<>(rows);
                only.removeAll(first);
                List<List<String>> missing = new ArrayList<>(first);
                missing.removeAll(rows);
                differences.add(region.id() + " has " + only + " and lacks " + missing);
            }
        }
        return differences;
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
