package io.rowmesh.testbed.demo;

/** The demo's schema and first rows. Keys are made so that regions never take the same one: uuids, or ranges of their own. */
final class Shop {

    static final int CUSTOMERS = 200;
    static final int PRODUCTS = 100;

    private Shop() {
    }

    static String[] schema() {
        return new String[] {
            "create table customers (id int primary key, name text not null, city text, loyalty int not null default 0)",
            "create table products (sku varchar(12) primary key, title text not null, price numeric(10,2) not null, changed_by text)",
            "create table stock (sku varchar(12) primary key, on_hand int not null, updated timestamptz not null)",
            "create table orders (id uuid primary key, customer int not null references customers, placed timestamptz not null,"
                + " region text not null, status text not null)",
            "create index orders_by_status on orders (region, status)",
            "create table order_lines (order_id uuid references orders on delete cascade, line int, sku varchar(12) not null"
                + " references products, quantity int not null, primary key (order_id, line))",
            "create table baskets (customer int primary key references customers, note text, changed timestamptz not null)",
        };
    }

    /** What the shop begins with, written in one region; it reaches the other one by itself. */
    static String[] firstRows() {
        return new String[] {
            "insert into customers select i, 'Customer ' || i, (array['Rome','Oslo','Lima','Pune'])[i % 4 + 1], 0"
                + " from generate_series(1, " + CUSTOMERS + ") i",
            "insert into products select 'SKU-' || lpad(i::text, 4, '0'), 'Product ' || i, (random() * 90 + 10)::numeric(10,2), 'start'"
                + " from generate_series(1, " + PRODUCTS + ") i",
            "insert into stock select sku, 1000, now() from products",
        };
    }
}
