package io.rowmesh.testbed.mesh;

import io.rowmesh.applier.write.LaneStatus;
import io.rowmesh.schema.Seen;
import io.rowmesh.testbed.Wait;
import io.rowmesh.testbed.faults.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three regions over real databases: nothing that a rule decides by seen is applied before what it had seen (convergence rule 9). */
class CausalDeliveryTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> IDS = List.of("eu", "us", "ap");
    private static final String READ = "(select coalesce(string_agg(origin || ' ' || epoch || ' ' || sequence, ',' order by origin), '')"
            + " from (select distinct on (origin) * from rowmesh.progress order by origin, epoch desc, sequence desc) p)";
    /** Notes, in the transaction that applies a row, what is applied then. */
    private static final String[] TABLES = {"create table t (id int primary key, v text, had_seen text)",
            "create table noted (id int, had_seen text, applied text)",
            "create function note() returns trigger language plpgsql as $$ begin insert into noted values (new.id, new.had_seen, " + READ
                    + "); return new; end $$",
            "create trigger note after insert or update on t for each row execute function note()",
            "alter table t enable replica trigger note"};

    @TempDir
    Path directory;
    private final Map<String, InProcessRegion> regions = new LinkedHashMap<>();
    private final Map<String, TcpProxy> links = new LinkedHashMap<>();

    @BeforeEach
    void start() {
        for (String id : IDS) {
            Set<String> peers = new TreeSet<>(IDS);
            peers.remove(id);
            regions.put(id, new InProcessRegion(directory, id, peers, TABLES));
        }
        for (InProcessRegion origin : regions.values()) {
            for (String target : origin.peers()) {
                TcpProxy link = TcpProxy.start(origin.shippingPort());
                links.put(origin.id + target, link);
                regions.get(target).follow(origin.id, link.address());
            }
        }
    }

    @AfterEach
    void stop() {
        regions.values().forEach(InProcessRegion::close);
        links.values().forEach(TcpProxy::close);
    }

    private String value(String region, String sql) {
        return regions.get(region).postgres.value(sql);
    }

    private void execute(String region, String sql) {
        regions.get(region).postgres.execute(sql);
    }

    private void awaitValue(String expected, String region, String sql) {
        Wait.until(LIMIT, () -> region + " has " + value(region, sql) + ", lanes "
                + regions.get(region).lanes.values().stream().map(l -> l.status().toString()).toList(), () -> expected.equals(value(region, sql)));
    }

    @Test
    void whatWasSeenComesFirstAndTheWaitIsSeen() {
        links.get("euap").cut();
        execute("eu", "insert into t values (1, 'eu')");
        awaitValue("1", "us", "select count(*) from t");
        execute("us", "update t set v = 'us' where id = 1");
        InProcessRegion ap = regions.get("ap");
        Wait.until(LIMIT, () -> ap.lanes.get("us").status().toString(), () -> ap.lanes.get("us").status().state() == LaneStatus.State.HELD);
        assertEquals("transaction 1 of us waits for transaction 1 of eu (epoch 1), which it had seen; applied here from eu: nothing yet",
                ap.lanes.get("us").status().lastError());
        assertTrue(ap.meters.get("rowmesh.held.seconds").tag("origin", "us").gauge().value() > 0);
        assertEquals("0", value("ap", "select count(*) from t"));
        assertEquals("us", value("us", "select v from t"));
        links.get("euap").heal();
        awaitValue("us", "ap", "select coalesce(max(v), '') from t");
        awaitValue("us", "eu", "select v from t");
        assertEquals(LaneStatus.State.RUNNING, ap.lanes.get("us").status().state());
        assertNull(ap.lanes.get("us").status().lastError());
        assertEquals(0, ap.meters.get("rowmesh.held.seconds").tag("origin", "us").gauge().value());
    }

    @Test
    void aHeldLaneCloses() {
        links.get("euap").cut();
        execute("eu", "insert into t values (1, 'eu')");
        awaitValue("1", "us", "select count(*) from t");
        execute("us", "update t set v = 'us' where id = 1");
        InProcessRegion ap = regions.get("ap");
        Wait.until(LIMIT, () -> ap.lanes.get("us").status().toString(), () -> ap.lanes.get("us").status().state() == LaneStatus.State.HELD);
        long start = System.nanoTime();
        ap.lanes.get("us").close();
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
        assertEquals(LaneStatus.State.STOPPED, ap.lanes.get("us").status().state());
    }

    /** Rows carry what their transaction read under a lock; where each is applied, a trigger notes what is applied by then. */
    @Test
    void holdsInEveryRegionWhileAllWriteAndLinksBreak() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> writers = new ArrayList<>();
        for (String id : IDS) {
            writers.add(threads.submit(() -> {
                write(id, 300);
                return null;
            }));
        }
        Random random = new Random(3);
        List<TcpProxy> all = List.copyOf(links.values());
        while (writers.stream().anyMatch(w -> !w.isDone())) {
            TcpProxy link = all.get(random.nextInt(all.size()));
            link.cut();
            Thread.sleep(300);
            link.heal();
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
        threads.shutdown();
        for (String region : IDS) {
            awaitValue("600", region, "select count(distinct id) from noted");
        }
        int waited = 0;
        for (InProcessRegion region : regions.values()) {
            for (List<String> row : region.postgres.query("select had_seen, applied from noted")) {
                Seen hadSeen = parse(row.get(0), region.id);
                assertTrue(parse(row.get(1), region.id).atLeast(hadSeen), () -> row + " at " + region.id);
                waited += hadSeen.equals(Seen.NONE) ? 0 : 1;
            }
        }
        assertTrue(waited > 500, "rows that had seen something: " + waited);
    }

    private void write(String id, int times) throws SQLException {
        try (Connection connection = regions.get(id).postgres.connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < times; i++) {
                statement.execute("lock table rowmesh.progress in share mode");
                statement.execute("insert into t select " + (IDS.indexOf(id) * 100_000 + i) + ", '" + id + "', " + READ);
                connection.commit();
                if (i % 10 == 0) {
                    regions.get(id).beat();
                }
            }
        }
    }

    /** Without the region's own: what was seen of it is there. */
    private static Seen parse(String read, String own) {
        Seen seen = Seen.NONE;
        for (String mark : read.isEmpty() ? new String[0] : read.split(",")) {
            String[] parts = mark.split(" ");
            seen = parts[0].equals(own) ? seen : seen.with(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        }
        return seen;
    }
}
