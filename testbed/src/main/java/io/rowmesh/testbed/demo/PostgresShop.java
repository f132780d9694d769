package io.rowmesh.testbed.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class PostgresShop implements Shop {

    @Override
    public List<String> schema() {
        return List.of(
                "create table customers (id int primary key, name text not null, city text, loyalty int not null default 0)",
                "create table products (sku varchar(12) primary key, title text not null, price numeric(10,2) not null, changed_by text)",
                "create table stock (sku varchar(12) primary key, on_hand int not null, updated timestamptz not null)",
                "create table orders (id uuid primary key, customer int not null references customers, placed timestamptz not null,"
                        + " region text not null, status text not null)",
                "create index orders_by_status on orders (region, status)",
                "create table order_lines (order_id uuid references orders on delete cascade, line int, sku varchar(12) not null"
                        + " references products, quantity int not null, primary key (order_id, line))",
                "create table baskets (customer int primary key references customers, note text, changed timestamptz not null)");
    }

    @Override
    public List<String> firstRows() {
        return List.of(
                "insert into customers select i, 'Customer ' || i, (array['Rome','Oslo','Lima','Pune'])[i % 4 + 1], 0"
                        + " from generate_series(1, " + CUSTOMERS + ") i",
                "insert into products select 'SKU-' || lpad(i::text, 4, '0'), 'Product ' || i, (random() * 90 + 10)::numeric(10,2), 'start'"
                        + " from generate_series(1, " + PRODUCTS + ") i",
                "insert into stock select sku, 1000, now() from products");
    }

    @Override
    public List<String> order(String region, int customer, int lines, String sku) {
        return List.of("with o as (insert into orders values (gen_random_uuid(), " + customer + ", clock_timestamp(), '" + region + "', 'new') returning id)"
                + " insert into order_lines select o.id, g, 'SKU-' || lpad(g::text, 4, '0'), 1 + g from o, generate_series(1, " + lines + ") g",
                "update stock set on_hand = on_hand - 1, updated = clock_timestamp() where sku = '" + sku + "'");
    }

    @Override
    public List<String> send(String region) {
        return List.of("update orders set status = 'sent' where id = (select id from orders where region = '" + region + "' and status = 'new' limit 1)");
    }

    @Override
    public List<String> forget(String region) {
        return List.of("delete from orders where id = (select id from orders where region = '" + region + "' and status = 'sent' limit 1)");
    }

    @Override
    public List<String> reprice(String region, String sku, double by) {
        return List.of("update products set price = price + " + by + ", changed_by = '" + region + "' where sku = '" + sku + "'");
    }

    @Override
    public List<String> fillBasket(String region, int customer) {
        return List.of("insert into baskets values (" + customer + ", 'from " + region
                + "', clock_timestamp()) on conflict (customer) do update set note = excluded.note, changed = excluded.changed");
    }

    @Override
    public List<String> emptyBasket(int customer) {
        return List.of("delete from baskets where customer = " + customer);
    }

    @Override
    public Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("customers", "select id, name, city, loyalty from customers order by id");
        rows.put("products", "select sku, title, price, changed_by from products order by sku collate \"C\"");
        rows.put("stock", "select sku, on_hand, " + instant("updated") + " from stock order by sku collate \"C\"");
        rows.put("orders", "select id, customer, " + instant("placed") + ", region, status from orders order by id");
        rows.put("order_lines", "select order_id, line, sku, quantity from order_lines order by order_id, line");
        rows.put("baskets", "select customer, note, " + instant("changed") + " from baskets order by customer");
        return rows;
    }

    private static String instant(String column) {
        return "to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";
    }

    @Override
    public String client(int port) {
        return "psql -h 127.0.0.1 -p " + port + " -U postgres postgres";
    }
}
