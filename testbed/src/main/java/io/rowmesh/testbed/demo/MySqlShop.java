package io.rowmesh.testbed.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** No cascades: this server does not log what they delete, so a node refuses them. */
final class MySqlShop implements Shop {

    private static final String SKU = "sku varchar(12) character set utf8mb4 collate utf8mb4_bin";
    private static final String UUID = "char(36) character set ascii collate ascii_bin";

    @Override
    public List<String> schema() {
        return List.of(
                "create table customers (id int primary key, name varchar(200) not null, city varchar(100), loyalty int not null default 0)",
                "create table products (" + SKU + " primary key, title varchar(200) not null, price decimal(10,2) not null, changed_by varchar(20))",
                "create table stock (" + SKU + " primary key, on_hand int not null, updated timestamp(6) not null)",
                "create table orders (id " + UUID + " primary key, customer int not null, placed timestamp(6) not null,"
                        + " region varchar(20) not null, status varchar(20) not null, key orders_by_status (region, status))",
                "create table order_lines (order_id " + UUID + ", line int, " + SKU + " not null, quantity int not null, primary key (order_id, line))",
                "create table baskets (customer int primary key, note varchar(200), changed timestamp(6) not null)");
    }

    @Override
    public List<String> firstRows() {
        return List.of(
                "insert into customers values " + values(CUSTOMERS, i -> "(" + i + ", 'Customer " + i + "', 'Rome', 0)"),
                "insert into products values " + values(PRODUCTS, i -> "('" + sku(i) + "', 'Product " + i + "', round(rand() * 90 + 10, 2), 'start')"),
                "insert into stock select sku, 1000, now(6) from products");
    }

    private static String values(int count, java.util.function.IntFunction<String> row) {
        return IntStream.rangeClosed(1, count).mapToObj(row).collect(Collectors.joining(", "));
    }

    private static String sku(int number) {
        return String.format("SKU-%04d", number);
    }

    @Override
    public List<String> order(String region, int customer, int lines, String sku) {
        List<String> all = new ArrayList<>();
        all.add("set @id = uuid()");
        all.add("insert into orders values (@id, " + customer + ", sysdate(6), '" + region + "', 'new')");
        all.add("insert into order_lines values " + values(lines, i -> "(@id, " + i + ", '" + sku(i) + "', " + (1 + i) + ")"));
        all.add("update stock set on_hand = on_hand - 1, updated = sysdate(6) where sku = '" + sku + "'");
        return all;
    }

    @Override
    public List<String> send(String region) {
        return List.of("update orders set status = 'sent' where region = '" + region + "' and status = 'new' limit 1");
    }

    @Override
    public List<String> forget(String region) {
        return List.of("set @id = (select id from orders where region = '" + region + "' and status = 'sent' limit 1)",
                "delete from order_lines where order_id = @id", "delete from orders where id = @id");
    }

    @Override
    public List<String> reprice(String region, String sku, double by) {
        return List.of("update products set price = price + " + by + ", changed_by = '" + region + "' where sku = '" + sku + "'");
    }

    @Override
    public List<String> fillBasket(String region, int customer) {
        return List.of("insert into baskets values (" + customer + ", 'from " + region
                + "', sysdate(6)) on duplicate key update note = values(note), changed = values(changed)");
    }

    @Override
    public List<String> emptyBasket(int customer) {
        return List.of("delete from baskets where customer = " + customer);
    }

    @Override
    public Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("customers", "select id, name, city, loyalty from customers order by id");
        rows.put("products", "select sku, title, price, changed_by from products order by sku");
        rows.put("stock", "select sku, on_hand, " + instant("updated") + " from stock order by sku");
        rows.put("orders", "select id, customer, " + instant("placed") + ", region, status from orders order by id");
        rows.put("order_lines", "select order_id, line, sku, quantity from order_lines order by order_id, line");
        rows.put("baskets", "select customer, note, " + instant("changed") + " from baskets order by customer");
        return rows;
    }

    private static String instant(String column) {
        return "date_format(" + column + ", '%Y-%m-%d %H:%i:%s.%f')";
    }

    @Override
    public String client(int port) {
        return "mysql -h 127.0.0.1 -P " + port + " -u root app";
    }
}
