package io.rowmesh.testbed.demo;

import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The demo's shop in the words of one kind of database. Keys are made so that regions never take the same one: uuids, or ranges of their
 * own. What is done belongs to one transaction each.
 */
interface Shop {

    int CUSTOMERS = 200;
    int PRODUCTS = 100;

    List<String> schema();

    /** What the shop begins with, written in one region; it reaches the other one by itself. */
    List<String> firstRows();

    List<String> order(String region, int customer, int lines, String sku);

    List<String> send(String region);

    /** Deletes an order that was sent. */
    List<String> forget(String region);

    List<String> reprice(String region, String sku, double by);

    List<String> fillBasket(String region, int customer);

    List<String> emptyBasket(int customer);

    /** Each table's rows, in an order and as texts that are the same in every kind of database where the rows are. */
    Map<String, String> rows();

    /** How a person connects to look at it. */
    String client(int port);

    static String sku(Random random, int among) {
        return String.format("SKU-%04d", 1 + random.nextInt(among));
    }
}
