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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

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
    private final Map<String, Integer> written = new ConcurrentHashMap<>();
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

    /**
     * Rows carry what their transaction read; where each is applied, a trigger notes what is applied by then. In each round one link
     * is cut until the third region has passed on what did not get through, so that without the gate rows overtake what they had seen.
     */
    @Test
    void holdsInEveryRegionWhileAllWriteAndLinksBreak() throws Exception {
        for (List<String> round : List.of(List.of("eu", "us", "ap"), List.of("ap", "eu", "us"), List.of("us", "ap", "eu"))) {
            TcpProxy link = links.get(round.get(0) + round.get(2));
            link.cut();
            IDS.parallelStream().forEach(id -> write(id, 40));
            awaitValue(written.get(round.get(0)).toString(), round.get(1), "select count(*) from t where v = '" + round.get(0) + "'");
            write(round.get(1), 5);
            Thread.sleep(500);
            link.heal();
            for (String id : IDS) {
                awaitValue(Integer.toString(written.values().stream().mapToInt(i -> i).sum()), id, "select count(*) from t");
            }
        }
        int seenSomething = 0;
        for (InProcessRegion region : regions.values()) {
            for (List<String> row : region.postgres.query("select had_seen, applied from noted")) {
                Seen hadSeen = parse(row.get(0), region.id);
                assertTrue(parse(row.get(1), region.id).atLeast(hadSeen), () -> row + " at " + region.id);
                seenSomething += hadSeen.equals(Seen.NONE) ? 0 : 1;
            }
        }
        assertTrue(seenSomething > 50, "rows that had seen something: " + seenSomething);
    }

    private void write(String id, int times) {
        int first = IDS.indexOf(id) * 100_000 + written.getOrDefault(id, 0);
        for (int i = 0; i < times; i++) {
            execute(id, "insert into t select " + (first + i) + ", '" + id + "', " + READ);
        }
        written.merge(id, times, Integer::sum);
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
