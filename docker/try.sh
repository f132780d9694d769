#!/usr/bin/env bash
# Two regions of a small shop on this machine: writes cross both ways, the link is cut, both sides go on writing, the link
# heals, and every table must be equal on both sides.
#   docker/try.sh          from nothing; leaves everything running. Exit status 0 only if all tables are equal
#   docker/try.sh --down   removes containers, networks, databases, change logs and certificates
set -euo pipefail
cd "$(dirname "$0")"

tables=(customers products orders order_lines stock)

title() { printf '\n== %s\n' "$*"; }
fail()  { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }

if docker compose version >/dev/null 2>&1; then compose() { docker compose "$@"; }
elif command -v docker-compose >/dev/null; then compose() { docker-compose "$@"; }
else fail "neither 'docker compose' nor 'docker-compose' is installed"; fi

# What compose prints is shown only when it fails.
quietly() {
  local said
  said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; show_logs; fail "'$*' failed"; }
}

# sql REGION [psql options]: one connection to the region's database; the statements are an option (-c) or standard input
sql()    { docker exec -i "rowmesh-pg-$1" psql -X -q -v ON_ERROR_STOP=1 "${@:2}"; }
value()  { sql "$1" -At -c "$2"; }
status() { docker exec "rowmesh-node-$1" rowmesh status; }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds
wait_for() {
  local end=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then show_logs; fail "waited in vain until $what"; fi
    sleep 1
  done
  echo "$what"
}

show_logs() {
  local name
  for name in $(docker ps -a --filter name=rowmesh-prepare --filter name=rowmesh-node --format '{{.Names}}'); do
    printf '\n-- the last lines of %s\n' "$name" >&2
    docker logs --tail 30 "$name" >&2 || true
  done
}

# A node writes its heartbeat row as a transaction like any other, and they arrive in order: once a beat made after now has
# crossed, so has everything that FROM had committed before. The next beat may be committing at this moment, so it is the
# one after that which counts.
beat()      { value "$1" "select coalesce(max(beat), 0) from rowmesh.heartbeat where region = '$2'"; }
beyond()    { [ "$(beat "$1" "$2")" -gt "$3" ]; }
wait_crossed() {
  local from=$1 to=$2 seconds=$3 now
  now=$(beat "$from" "$from")
  wait_for "$seconds" "all that $from wrote has arrived in $to" beyond "$to" "$from" "$((now + 1))"
}

answers() { [ "$(value "$1" "$2")" = "$3" ]; }

# The rows of a table as text, in an order that does not depend on where they are stored.
rows() { value "$1" "select t::text from $2 t order by t::text collate \"C\""; }

compare() {
  local table difference count different=0
  for table in "${tables[@]}"; do
    if difference=$(diff <(rows eu "$table") <(rows us "$table")); then
      count=$(value eu "select count(*) from $table")
      [ "$count" -gt 0 ] || { echo "$table: empty on both sides, which proves nothing"; different=1; continue; }
      echo "$table: equal, $count rows"
    else
      printf '%s: DIFFERENT (< eu, > us)\n%s\n' "$table" "$(head -20 <<< "$difference")"
      different=1
    fi
  done
  return $different
}

unparked() {
  local region parked
  for region in eu us; do
    parked=$(value "$region" "select count(*) from rowmesh.parked")
    [ "$parked" = 0 ] || fail "$region has $parked parked row changes: see 'select * from rowmesh.parked' there"
  done
}

down() {
  quietly compose down -v --remove-orphans
  # The keys belong to the user of the nodes, so a container removes them.
  [ ! -d certificates ] || docker run --rm --network none --entrypoint rm -v "$PWD:/here" postgres:17 -rf /here/certificates
}

build() {
  if [ -x ../rowmesh ]; then ../rowmesh build     # does nothing when nothing changed
  else (cd .. && mvn -q -B -ntp -DskipTests package); fi
}

case "${1:-}" in
  --down) title "Removing everything"; down; exit ;;
  "") ;;
  *) fail "unknown argument '$1': only --down is known" ;;
esac

title "1  Build the node and its image"
build
quietly compose build prepare-eu    # one image for all four services
./make-certificates.sh eu us

title "2  Start two regions: a database and a node each, and one link between the nodes"
quietly compose down -v --remove-orphans
quietly compose up -d
wait_for 120 "the node of eu runs and is connected" status eu
wait_for 120 "the node of us runs and is connected" status us
wait_crossed eu us 120
wait_crossed us eu 120

title "3  Write in both regions"
sql eu <<'SQL'
begin;
insert into products values ('KETTLE', 'Kettle, 1.7 l', 39.90, '{"colour": "red", "watts": 2200}'), ('TEAPOT', 'Teapot', 24.50, '{}');
insert into stock values ('KETTLE', 'Rotterdam', 40), ('TEAPOT', 'Rotterdam', 15);
commit;
with buyer as (insert into customers (name, email) values ('Żaneta Łęcka', 'zaneta@example.com') returning id),
     placed as (insert into orders (id, customer) select 'e0000000-0000-4000-8000-000000000001', id from buyer returning id)
insert into order_lines select id, 1, 'KETTLE', 2, 39.90 from placed;
SQL
wait_crossed eu us 60
echo "us has eu's order:"
sql us -c "select o.id, c.name, l.sku, l.quantity, l.price from orders o join customers c on c.id = o.customer join order_lines l on l.order_id = o.id"
sql us <<'SQL'
insert into products values ('MUG', 'Mug', 7.25, '{"set of": 4}');
insert into stock values ('MUG', 'Newark', 300);
update stock set quantity = quantity - 2 where sku = 'KETTLE' and warehouse = 'Rotterdam';
update orders set status = 'packed' where id = 'e0000000-0000-4000-8000-000000000001';
SQL
wait_crossed us eu 60
echo "eu has what us added and changed:"
sql eu -c "select sku, p.name, price, warehouse, quantity from products p join stock using (sku) order by sku" \
       -c "select id, status from orders"
compare || fail "the regions differ before the cut"

title "4  Cut the link"
docker network disconnect rowmesh-wan rowmesh-node-eu
echo "rowmesh-node-eu is off the network rowmesh-wan; both databases stay reachable"

title "5  Write on both sides of the cut; both change the price of the kettle, us last"
sql eu <<'SQL'
insert into customers (name, email) select 'Customer ' || n, 'c' || n || '@eu.example' from generate_series(1, 200) n;
insert into orders (customer) select id from customers where email like '%@eu.example';
insert into order_lines select o.id, 1, 'TEAPOT', 1, 24.50 from orders o join customers c on c.id = o.customer where c.email like '%@eu.example';
update stock set quantity = quantity - 5 where sku = 'TEAPOT';
update products set price = 35.00 where sku = 'KETTLE';
delete from order_lines where order_id = 'e0000000-0000-4000-8000-000000000001';
SQL
sleep 1
sql us <<'SQL'
insert into customers (name, email) select 'Customer ' || n, 'c' || n || '@us.example' from generate_series(1, 100) n;
insert into orders (customer, status) select id, 'paid' from customers where email like '%@us.example';
insert into order_lines select o.id, 1, 'MUG', 4, 7.25 from orders o join customers c on c.id = o.customer where c.email like '%@us.example';
update products set price = 42.00 where sku = 'KETTLE';
SQL
sleep 5
answers eu "select count(*) from customers where email like '%@us.example'" 0 || fail "a write of us crossed a link that is cut"
answers us "select count(*) from customers where email like '%@eu.example'" 0 || fail "a write of eu crossed a link that is cut"
for region in eu us; do
  echo "$region: the kettle costs $(value $region "select price from products where sku = 'KETTLE'"), $(value $region "select count(*) from customers") customers"
done

title "6  The backlog, as each node reports it (rowmesh status)"
# Its exit status is 1 while a peer is away.
for region in eu us; do echo "-- $region"; status "$region" || echo "(exit status $?)"; done

title "7  Heal the link"
docker network connect --alias node-eu rowmesh-wan rowmesh-node-eu
echo "rowmesh-node-eu is on the network rowmesh-wan again"
wait_crossed eu us 120
wait_crossed us eu 120

title "8  Compare all tables"
unparked
compare || fail "the regions differ"
answers eu "select price from products where sku = 'KETTLE'" 42.00 || fail "the kettle costs the same on both sides, but not the later price, 42.00"
echo "the kettle costs 42.00 on both sides: the later of the two writes"

title "Both regions are equal"
cat <<'END'
Everything is still running. Look around with
  docker exec -it rowmesh-pg-eu psql
  docker exec rowmesh-node-us rowmesh status
and remove it with
  docker/try.sh --down
END
