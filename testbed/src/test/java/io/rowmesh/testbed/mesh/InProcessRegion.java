package io.rowmesh.testbed.mesh;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.agent.capture.CaptureOptions;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.DatabaseAddress;
import io.rowmesh.agent.capture.LocalWrites;
import io.rowmesh.agent.capture.PostgresCapture;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.ShippingOptions;
import io.rowmesh.agent.ship.ShippingServer;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamOptions;
import io.rowmesh.applier.write.AppliedMarks;
import io.rowmesh.applier.write.AppliedVector;
import io.rowmesh.applier.write.ApplierOptions;
import io.rowmesh.applier.write.ApplierSession;
import io.rowmesh.applier.write.KeyLocks;
import io.rowmesh.applier.write.Lane;
import io.rowmesh.applier.write.LaneShare;
import io.rowmesh.applier.write.TombstoneIndex;
import io.rowmesh.rules.credible.LogVersions;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.store.ControlSchema;
import io.rowmesh.testbed.TestingPostgres;
import io.rowmesh.testbed.Wait;
import org.postgresql.ds.PGSimpleDataSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A region whose parts run in the test, so that it can be given what no configuration offers: the capture takes a table's rule for
 * one that decides by what was seen, while its rows are applied by last-write-wins.
 */
final class InProcessRegion implements AutoCloseable {

    final String id;
    final TestingPostgres postgres;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final Set<String> peers;
    private final ChangeLog log;
    private final ShippingServer shipping;
    private final PostgresCapture capture;
    private final ApplierOptions options;
    private final LaneShare share = new LaneShare(new KeyLocks(), new TombstoneIndex(), new AppliedMarks(), new AppliedVector(),
            new LogVersions(Long.MIN_VALUE, Long.MIN_VALUE));

    /** @param prepare statements that make the captured table t, and what else the test needs */
    InProcessRegion(Path directory, String id, Set<String> peers, String... prepare) {
        this.id = id;
        this.peers = peers;
        this.postgres = TestingPostgres.start(directory.resolve(id));
        ControlSchema.migrate(dataSource());
        postgres.execute("insert into rowmesh.versions_since values (true, clock_timestamp())");
        postgres.execute(prepare);
        postgres.execute("create publication rowmesh for table t, rowmesh.heartbeat, rowmesh.progress");
        TableId table = new TableId("public", "t");
        this.options = new ApplierOptions(id, peers, received -> true, Duration.ofSeconds(5));
        this.log = ChangeLog.open(directory.resolve(id + "-log"), id);
        this.capture = new PostgresCapture(new CaptureOptions(id, new DatabaseAddress("127.0.0.1", postgres.port(), "postgres", "postgres",
                null, "disable"), "rowmesh", "rowmesh", List.of(CaptureOptions.HEARTBEAT, table), true, table::equals, table::equals),
                log, LocalWrites.none(), share.marks()::seenAt, meters);
        this.shipping = new ShippingServer(new ShippingOptions(id, "127.0.0.1", 0, null, peers), log, meters).start();
        capture.start();
        Wait.until(Duration.ofSeconds(60), () -> id + " does not capture: " + capture.status(),
                () -> capture.status().state() == CaptureStatus.State.RUNNING);
    }

    private PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(postgres.jdbcUrl());
        return source;
    }

    int shippingPort() {
        return shipping.port();
    }

    /** Begins to apply another region's transactions. */
    void follow(String origin, String address) {
        Lane lane = new Lane(origin, new OriginStream(new StreamOptions(id, origin, address, null)),
                new ApplierSession(postgres.jdbcUrl(), new Properties()), options, share, meters);
        lanes.put(origin, lane);
        lane.start();
    }

    Set<String> peers() {
        return peers;
    }

    @Override
    public void close() {
        lanes.values().forEach(Lane::close);
        capture.stop();
        shipping.close();
        log.close();
        postgres.close();
    }
}
