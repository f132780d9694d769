package io.rowmesh.testbed.demo;

import io.rowmesh.testbed.TestingPostgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to the shop in one region: orders, deliveries, and changes of a few products and baskets that shoppers of the other
 * region change at the same time.
 */
final class Shopper implements Runnable {

    private final TestingPostgres postgres;
    private final String region;
    private final Random random;
    private final AtomicLong transactions;
    private volatile boolean stopped;
    private volatile String failure;

    Shopper(TestingPostgres postgres, String region, long seed, AtomicLong transactions) {
        this.postgres = postgres;
        this.region = region;
        this.random = new Random(seed);
        this.transactions = transactions;
    }

    void stop() {
        stopped = true;
    }

    /** Null while all is well. */
    String failure() {
        return failure;
    }

    @Override
    public void run() {
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                shop(statement);
                connection.commit();
                transactions.incrementAndGet();
                Thread.sleep(random.nextInt(20));
            }
        } catch (SQLException e) {
            failure = "the shopper in " + region + " failed: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shop(Statement statement) throws SQLException {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> order(statement);
            case 4 -> statement.execute("update orders set status = 'sent' where id = (select id from orders where region = '"
                    + region + "' and status = 'new' limit 1)");
            case 5 -> statement.execute("delete from orders where id = (select id from orders where region = '" + region
                    + "' and status = 'sent' limit 1)");
            case 6, 7 -> statement.execute("update products set price = price + " + (random.nextInt(200) - 100) / 100.0
                    + ", changed_by = '" + region + "' where sku = '" + sku(10) + "'");
            case 8 -> statement.execute("insert into baskets values (" + (1 + random.nextInt(20)) + ", 'from " + region
                    + "', clock_timestamp()) on conflict (customer) do update set note = excluded.note, changed = excluded.changed");
            default -> statement.execute("delete from baskets where customer = " + (1 + random.nextInt(20)));
        }
    }

    private void order(Statement statement) throws SQLException {
        statement.execute("with o as (insert into orders values (gen_random_uuid(), " + (1 + random.nextInt(Shop.CUSTOMERS))
                + ", clock_timestamp(), '" + region + "', 'new') returning id)"
                + " insert into order_lines select o.id, g, 'SKU-' || lpad(g::text, 4, '0'), 1 + g from o, generate_series(1, "
                + (1 + random.nextInt(4)) + ") g");
        statement.execute("update stock set on_hand = on_hand - 1, updated = clock_timestamp() where sku = '"
                + sku(Shop.PRODUCTS) + "'");
    }

    private String sku(int among) {
        return String.format("SKU-%04d", 1 + random.nextInt(among));
    }
}
