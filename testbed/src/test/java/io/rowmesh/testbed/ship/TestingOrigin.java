package io.rowmesh.testbed.ship;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.ShippingOptions;
import io.rowmesh.agent.ship.ShippingServer;
import io.rowmesh.applier.receive.Event;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamOptions;
import io.rowmesh.applier.receive.Subscription;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.WireCodec;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Region eu without a database: its change log and its shipping, with peers us and ap. */
final class TestingOrigin implements AutoCloseable {

    private static final TableShape ITEMS = new TableShape(new TableId("public", "items"),
            List.of(new Column("id", "bigint", true), new Column("note", "text", false)));

    final ChangeLog log;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final ShippingServer server;

    TestingOrigin(Path directory) {
        this(directory, null);
    }

    TestingOrigin(Path directory, TlsFiles tls) {
        this(directory, tls, SharedTables.none("eu"));
    }

    TestingOrigin(Path directory, TlsFiles tls, SharedTables tables) {
        this.log = ChangeLog.open(directory, "eu");
        if (log.epoch() == 0) {
            log.beginEpoch(1, 1);
        }
        this.server = new ShippingServer(new ShippingOptions("eu", "127.0.0.1", 0, tls, Set.of("us", "ap"), tables), log, meters).start();
    }

    /** One transaction of so many rows in each of its chunks. */
    void commit(int chunks, int rowsInChunk, int noteBytes) {
        long sequence = log.nextSequence();
        for (int chunk = 0; chunk < chunks; chunk++) {
            log.appendChunk(chunk, WireCodec.encodeChunk(rows(sequence, chunk, rowsInChunk, noteBytes)));
        }
        commitHeader(chunks, (long) chunks * rowsInChunk, false);
    }

    /** One transaction of one row, whose text no compression makes much smaller. */
    void commitIncompressible(int bytes) {
        byte[] random = new byte[bytes * 3 / 4];
        new Random(log.nextSequence()).nextBytes(random);
        Row row = new Row("1", Base64.getEncoder().encodeToString(random));
        log.appendChunk(0, WireCodec.encodeChunk(List.of(new RowChange.Insert(ITEMS, row))));
        commitHeader(1, 1, false);
    }

    void commitHeader(int chunks, long rows, boolean heartbeat) {
        long sequence = log.nextSequence();
        log.commit(new TransactionHeader("eu", log.epoch(), sequence, 1_000 * sequence, 100 + sequence, rows, chunks, List.of(), heartbeat));
        log.sync();
    }

    void commitSmall(int transactions) {
        for (int i = 0; i < transactions; i++) {
            commit(1, 1, 10);
        }
    }

    static List<RowChange> rows(long sequence, int chunk, int count, int noteBytes) {
        List<RowChange> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            String text = sequence + "/" + chunk + "/" + row + " ";
            rows.add(new RowChange.Insert(ITEMS, new Row(Integer.toString(row), text.repeat(1 + noteBytes / text.length()))));
        }
        return rows;
    }

    Subscription subscribe(String region, int epoch, long after) {
        return dial(server.port(), region, epoch, after);
    }

    static Subscription dial(int port, String region, int epoch, long after) {
        return new OriginStream(new StreamOptions(region, "eu", "127.0.0.1:" + port, null)).open(epoch, after);
    }

    double meter(String name) {
        return meters.get(name).counters().stream().mapToDouble(c -> c.count()).sum();
    }

    /** The next event, within 15 seconds. */
    static Event next(Subscription subscription) {
        Event event = subscription.next(Duration.ofSeconds(15));
        if (event == null) {
            throw new AssertionError("no event in 15 s");
        }
        return event;
    }

    /** Takes events up to the end of a transaction; how many rows came. */
    static long takeUntil(Subscription subscription, long sequence) {
        long rows = 0;
        while (true) {
            Event event = next(subscription);
            if (event instanceof Event.Rows some) {
                rows += some.changes().size();
            } else if (event instanceof Event.End end && end.sequence() == sequence) {
                return rows;
            }
        }
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("not within 10 s: " + what);
    }

    @Override
    public void close() {
        server.close();
        log.close();
    }
}
