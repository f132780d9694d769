package io.rowmesh.applier.receive;

import io.rowmesh.schema.TransactionHeader;
import io.rowmesh.schema.wire.Welcome;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class StreamCheckTest {

    private static StreamCheck welcomed(int askedEpoch, long askedAfter, int epoch) {
        StreamCheck check = new StreamCheck("us", "eu", askedEpoch, askedAfter);
        check.welcome(welcome("eu", epoch), 1);
        return check;
    }

    private static Welcome welcome(String region, int epoch) {
        return Welcome.newBuilder().setRegion(region).setProtocol(1).setEpoch(epoch).build();
    }

    private static TransactionHeader header(String origin, int epoch, long sequence, long rows, int chunks) {
        return new TransactionHeader(origin, epoch, sequence, 0, 0, rows, chunks, List.of(), false);
    }

    private static void assertStops(String sentence, Runnable step) {
        String message = assertThrows(StreamException.class, step::run).getMessage();
        assertTrue(message.contains(sentence), message);
    }

    @Test
    void denseSequencesPass() {
        StreamCheck check = welcomed(1, 7, 1);
        check.begin(header("eu", 1, 8, 3, 2));
        check.rows(2);
        check.rows(1);
        check.end(8);
        check.begin(header("eu", 1, 9, 0, 0));
        check.end(9);
    }

    @Test
    void aGapOrARepetitionStops() {
        assertStops("9 where 8 follows", () -> welcomed(1, 7, 1).begin(header("eu", 1, 9, 0, 0)));
        assertStops("7 where 8 follows", () -> welcomed(1, 7, 1).begin(header("eu", 1, 7, 0, 0)));
        assertStops("8 where 1 follows", () -> welcomed(1, 7, 2).begin(header("eu", 2, 8, 0, 0)));
    }

    @Test
    void aForeignTransactionStops() {
        assertStops("ships only its own", () -> welcomed(1, 0, 1).begin(header("us", 1, 1, 0, 0)));
        assertStops("ships only its own", () -> welcomed(1, 0, 1).begin(header("ap", 1, 1, 0, 0)));
        assertStops("of epoch 2 in epoch 1", () -> welcomed(1, 0, 1).begin(header("eu", 2, 1, 0, 0)));
    }

    @Test
    void rowsAreCounted() {
        StreamCheck fewer = welcomed(1, 0, 1);
        fewer.begin(header("eu", 1, 1, 3, 1));
        fewer.rows(2);
        assertStops("after 2 rows", () -> fewer.end(1));
        StreamCheck more = welcomed(1, 0, 1);
        more.begin(header("eu", 1, 1, 3, 1));
        assertStops("more rows", () -> more.rows(4));
        assertStops("outside a transaction", () -> welcomed(1, 0, 1).rows(1));
    }

    @Test
    void transactionsDoNotOverlap() {
        StreamCheck check = welcomed(1, 0, 1);
        check.begin(header("eu", 1, 1, 1, 1));
        assertStops("before the end of 1", () -> check.begin(header("eu", 1, 2, 0, 0)));
        assertStops("which is not open", () -> check.end(2));
    }

    @Test
    void theWelcomeIsBelievedNoMore() {
        assertStops("calls itself ap", () -> new StreamCheck("us", "eu", 0, 0).welcome(welcome("ap", 1), 1));
        assertStops("before epoch 3", () -> welcomed(3, 0, 2));
        assertStops("speaks protocol 1", () -> new StreamCheck("us", "eu", 0, 0).welcome(welcome("eu", 1), 2));
        assertStops("before its welcome", () -> new StreamCheck("us", "eu", 0, 0).begin(header("eu", 1, 1, 0, 0)));
    }
}
