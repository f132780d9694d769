-- Both databases begin with this: two roles and an empty shop. Run once, by the database's own start-up, as superuser.

-- The owner of the shop's tables.
create role shop nologin;

-- What a node needs: to read the log, to own what it prepares, to write under a replication origin. It is no superuser.
-- (Membership in shop lets it write the shop's tables and put them into its publication.)
\getenv password DATABASE_PASSWORD
create role rowmesh login replication password :'password' in role shop;
grant create on database shop to rowmesh;
grant execute on function
    pg_replication_origin_create(text),
    pg_replication_origin_oid(text),
    pg_replication_origin_session_setup(text),
    pg_replication_origin_session_reset(),
    pg_replication_origin_session_is_setup(),
    pg_replication_origin_session_progress(boolean),
    pg_replication_origin_xact_setup(pg_lsn, timestamptz),
    pg_replication_origin_xact_reset(),
    pg_show_replication_origin_status()
  to rowmesh;
grant set on parameter session_replication_role to rowmesh;

grant create on schema public to shop;
set role shop;

-- Keys that two regions can hand out without asking each other: random numbers, or codes that people choose.
create table customers (
    id         uuid        primary key default gen_random_uuid(),
    name       text        not null,
    email      text        not null,
    since      timestamptz not null default now()
);

create table products (
    sku        text          primary key,
    name       text          not null,
    price      numeric(10,2) not null check (price >= 0),
    attributes jsonb         not null default '{}'
);

create table orders (
    id         uuid        primary key default gen_random_uuid(),
    customer   uuid        not null references customers,
    status     text        not null default 'new',
    placed_at  timestamptz not null default now()
);

create table order_lines (
    order_id   uuid          not null references orders,
    line       int           not null,
    sku        text          not null references products,
    quantity   int           not null check (quantity > 0),
    price      numeric(10,2) not null,
    primary key (order_id, line)
);

create table stock (
    sku        text not null references products,
    warehouse  text not null,
    quantity   int  not null,
    primary key (sku, warehouse)
);
