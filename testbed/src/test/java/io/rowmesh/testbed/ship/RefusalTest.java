package io.rowmesh.testbed.ship;

import io.rowmesh.agent.ship.ShippingOptions;
import io.rowmesh.applier.receive.Event;
import io.rowmesh.applier.receive.OriginStream;
import io.rowmesh.applier.receive.StreamException;
import io.rowmesh.applier.receive.StreamOptions;
import io.rowmesh.applier.receive.Subscription;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.Column;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.stream.SharedRules;
import io.rowmesh.schema.stream.SharedShapes;
import io.rowmesh.schema.stream.SharedTables;
import io.rowmesh.schema.stream.TlsFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static io.rowmesh.testbed.ship.TestingOrigin.next;
import static io.rowmesh.testbed.ship.TestingOrigin.takeUntil;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Who is not served, and from where nobody is. */
class RefusalTest {

    @TempDir
    Path directory;

    private static void assertRefused(String sentence, Subscription subscription) {
        try (subscription) {
            var refused = assertThrows(StreamException.class, () -> next(subscription));
            assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
            assertTrue(refused.refused(), refused.getMessage());
        }
    }

    @Test
    void noStreamFromWhereTheLogHasAGapOrNothing() {
        try (TestingOrigin eu = new TestingOrigin(directory)) {
            eu.commitSmall(10);
            assertRefused("the log went back", eu.subscribe("us", 1, 11));
            assertRefused("the log went back", eu.subscribe("us", 2, 1));
            assertTrue(eu.server.status().get("us").lastError().contains("the log went back"));
            eu.log.trimTo(5);
            assertRefused("needs to be loaded again", eu.subscribe("us", 1, 4));
            assertRefused("needs to be loaded again", eu.subscribe("us", 0, 0));
            assertRefused("no peer of eu", eu.subscribe("mars", 0, 0));
            try (Subscription us = eu.subscribe("us", 1, 5)) {
                assertEquals(5, takeUntil(us, 10));
            }
        }
    }

    @Test
    void aNewEpochBeginsAtOneForThoseWhoKnewTheOld() {
        try (TestingOrigin eu = new TestingOrigin(directory)) {
            eu.commitSmall(3);
            try (Subscription us = eu.subscribe("us", 1, 3)) {
                next(us);
                eu.log.clear();
                eu.log.beginEpoch(2, 1);
                eu.commitSmall(2);
                var ended = assertThrows(StreamException.class, () -> next(us));
                assertFalse(ended.refused());
                assertTrue(ended.getMessage().contains("epoch 1 of eu ended"), ended.getMessage());
            }
            try (Subscription us = eu.subscribe("us", 1, 3)) {
                assertEquals(new Event.Welcomed(2, 2), next(us));
                assertEquals(2, takeUntil(us, 2));
            }
        }
    }

    @Test
    void aRestoredSubscriberGetsAgainWhatItOnceAcknowledged() throws Exception {
        try (TestingOrigin eu = new TestingOrigin(directory)) {
            eu.commitSmall(10);
            try (Subscription us = eu.subscribe("us", 0, 0)) {
                takeUntil(us, 10);
                us.acknowledge(1, 10);
                TestingOrigin.await("acknowledged", () -> eu.log.acknowledged("us") == 10);
            }
            try (Subscription us = eu.subscribe("us", 1, 3)) {
                assertEquals(7, takeUntil(us, 10));
                assertEquals(3, eu.log.acknowledged("us"));
            }
        }
    }

    @Test
    void acknowledgingWhatWasNeverSentEndsTheStream() {
        try (TestingOrigin eu = new TestingOrigin(directory); Subscription us = eu.subscribe("us", 0, 0)) {
            next(us);
            us.acknowledge(1, 7);
            assertTrue(assertThrows(StreamException.class, () -> next(us)).getMessage().contains("never carried"));
        }
    }

    @Test
    void theCertificatesNameIsTheRegion() throws Exception {
        TestingCertificates ours = TestingCertificates.create(directory.resolve("ca"));
        TlsFiles euFiles = ours.issue("eu");
        TlsFiles usFiles = ours.issue("us");
        TlsFiles foreign = TestingCertificates.create(directory.resolve("other-ca")).issue("us");
        try (TestingOrigin eu = new TestingOrigin(directory.resolve("log"), euFiles)) {
            eu.commitSmall(3);
            try (Subscription us = dial(eu, "us", "eu", usFiles)) {
                assertEquals(3, takeUntil(us, 3));
            }
            assertRefused("names \"us\"", dial(eu, "ap", "eu", usFiles));
            assertBroken("names \"eu\", not ap", dial(eu, "us", "ap", usFiles));
            assertBroken("", dial(eu, "us", "eu", new TlsFiles(foreign.certificate(), foreign.key(), euFiles.authority())));
            assertBroken("", dial(eu, "us", "eu", new TlsFiles(usFiles.certificate(), usFiles.key(), foreign.authority())));
            assertBroken("", eu.subscribe("us", 0, 0));
            assertEquals(0, eu.log.acknowledged("ap"));
        }
    }

    @Test
    void aTableHasTheSameRulesInBothRegions() throws Exception {
        TableId stock = new TableId("public", "stock");
        SharedRules sums = new SharedRules("eu", Map.of(stock, "sum"), table -> Optional.of("sum"));
        SharedRules wins = new SharedRules("us", Map.of(), table -> Optional.of("wins"));
        SharedRules off = new SharedRules("us", Map.of(), table -> Optional.empty());
        SharedRules stated = new SharedRules("us", Map.of(stock, "wins"), table -> Optional.empty());
        try (TestingOrigin eu = new TestingOrigin(directory.resolve("log"), null, new SharedTables(sums, SharedShapes.none("eu")))) {
            eu.commitSmall(3);
            assertRefused("public.stock are decided by 'wins' in us and by 'sum' in eu", dial(eu, wins));
            assertRefused("public.stock are decided by 'sum' in eu and by 'wins' in us", dial(eu, stated));
            try (Subscription us = dial(eu, off)) {
                assertEquals(3, takeUntil(us, 3));
            }
        }
    }

    @Test
    void aColumnWhoseValuesCannotBeCarriedIsRefusedByName() throws Exception {
        SharedTables here = shapes("eu", "public.t", "mysql:datetime(6)");
        try (TestingOrigin eu = new TestingOrigin(directory.resolve("log"), null, here)) {
            eu.commitSmall(3);
            assertRefused("column v of table public.t is mysql:datetime(6) in eu and bytea in us, which cannot be carried", dial(eu, shapes("us", "public.t", "bytea")));
            try (Subscription us = dial(eu, shapes("us", "public.t", "timestamp(6) without time zone")); Subscription other = dial(eu, shapes("us", "public.u", "bytea"))) {
                assertEquals(3, takeUntil(us, 3));
            }
        }
    }

    private static SharedTables shapes(String region, String table, String type) {
        TableId id = new TableId(table.split("\\.")[0], table.split("\\.")[1]);
        return new SharedTables(SharedRules.none(region), new SharedShapes(region,
                List.of(new TableShape(id, List.of(new Column("id", "integer", true), new Column("v", type, false))))));
    }

    private static Subscription dial(TestingOrigin eu, SharedRules rules) {
        return dial(eu, new SharedTables(rules, SharedShapes.none("us")));
    }

    private static Subscription dial(TestingOrigin eu, SharedTables tables) {
        return new OriginStream(new StreamOptions("us", "eu", "127.0.0.1:" + eu.server.port(), null, tables)).open(0, 0);
    }

    private static Subscription dial(TestingOrigin eu, String region, String origin, TlsFiles files) {
        return new OriginStream(new StreamOptions(region, origin, "localhost:" + eu.server.port(), files)).open(0, 0);
    }

    private static void assertBroken(String sentence, Subscription subscription) {
        try (subscription) {
            var broken = assertThrows(StreamException.class, () -> next(subscription));
            assertTrue(broken.getMessage().contains(sentence), broken.getMessage());
        }
    }

    @Test
    void aClientWithoutACertificateIsNotServed() throws Exception {
        TlsFiles files = TestingCertificates.create(directory.resolve("ca")).issue("eu");
        try (TestingOrigin eu = new TestingOrigin(directory.resolve("log"), files)) {
            var credentials = io.grpc.TlsChannelCredentials.newBuilder().trustManager(files.trustManager()).build();
            var channel = io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forAddress("localhost", eu.server.port(), credentials)
                    .overrideAuthority("eu").build();
            try {
                var call = new java.util.concurrent.CompletableFuture<String>();
                var out = io.rowmesh.schema.wire.ShippingGrpc.newStub(channel).stream(new Answer(call));
                out.onNext(io.rowmesh.schema.wire.FromSubscriber.newBuilder().setSubscribe(
                        io.rowmesh.schema.wire.Subscribe.newBuilder().setRegion("us").setProtocol(1)).build());
                assertTrue(call.get(10, java.util.concurrent.TimeUnit.SECONDS).startsWith("refused"), call.get());
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private record Answer(java.util.concurrent.CompletableFuture<String> said)
            implements io.grpc.stub.StreamObserver<io.rowmesh.schema.wire.FromOrigin> {
        @Override
        public void onNext(io.rowmesh.schema.wire.FromOrigin message) {
            said.complete("served");
        }

        @Override
        public void onError(Throwable broken) {
            said.complete("refused: " + broken);
        }

        @Override
        public void onCompleted() {
            said.complete("completed");
        }
    }

    @Test
    void nothingLeavesTheMachineWithoutTls() {
        var listening = assertThrows(IllegalArgumentException.class,
                () -> new ShippingOptions("eu", "0.0.0.0", 0, null, Set.of("us")));
        assertTrue(listening.getMessage().contains("without TLS"), listening.getMessage());
        var dialling = assertThrows(IllegalArgumentException.class,
                () -> new StreamOptions("us", "eu", "192.0.2.1:7401", null));
        assertTrue(dialling.getMessage().contains("without TLS"), dialling.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new StreamOptions("eu", "eu", "127.0.0.1:7401", null));
    }
}
