package io.rowmesh.testbed.demo;

import io.rowmesh.testbed.TestingDatabase;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to the shop in one region: orders, deliveries, and changes of a few products and baskets that shoppers of the other
 * region change at the same time.
 */
final class Shopper implements Runnable {

    /** Another session was preferred, which a user of any database expects: serialization failure, deadlock. */
    private static final Set<String> AGAIN = Set.of("40001", "40P01");

    private final TestingDatabase database;
    private final Shop shop;
    private final String region;
    private final Random random;
    private final AtomicLong transactions;
    private volatile boolean stopped;
    private volatile String failure;

    Shopper(TestingDatabase database, Shop shop, String region, long seed, AtomicLong transactions) {
        this.database = database;
        this.shop = shop;
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
        try (Connection connection = database.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                shop(connection, statement);
                Thread.sleep(random.nextInt(20));
            }
        } catch (SQLException e) {
            failure = "the shopper in " + region + " failed: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shop(Connection connection, Statement statement) throws SQLException {
        try {
            for (String sql : next()) {
                statement.execute(sql);
            }
            connection.commit();
            transactions.incrementAndGet();
        } catch (SQLException e) {
            if (!AGAIN.contains(e.getSQLState())) {
                throw e;
            }
            connection.rollback();
        }
    }

    private List<String> next() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> shop.order(region, 1 + random.nextInt(Shop.CUSTOMERS), 1 + random.nextInt(4), Shop.sku(random, Shop.PRODUCTS));
            case 4 -> shop.send(region);
            case 5 -> shop.forget(region);
            case 6, 7 -> shop.reprice(region, Shop.sku(random, 10), (random.nextInt(200) - 100) / 100.0);
            case 8 -> shop.fillBasket(region, 1 + random.nextInt(20));
            default -> shop.emptyBasket(1 + random.nextInt(20));
        };
    }
}
