package io.rowmesh.node.admin;

import io.rowmesh.node.admin.StatusReport.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class StatusTextTest {

    @Test
    void rendersForPeople() {
        assertEquals("""
                region eu, epoch 3: RUNNING

                capture     RUNNING, sequence 120 at 0/1A2B3C, 2.0 KiB behind the log
                change log  5.0 MiB, 20 transactions
                conflicts   3 in the last hour, 1 row PARKED: 'rowmesh parked list' shows them

                SENDING TO  STATE      SHIPPED  ACKNOWLEDGED  BACKLOG
                us          connected  120      118           2

                APPLYING FROM  STATE    EPOCH  SEQUENCE  STALENESS  BACKLOG  PARKED  TRANSACTIONS  ROWS  SKIPPED  CONFLICTS
                us             RUNNING  1      77        1.4s       0        1       76            300   4        3

                conflicts with us: delete_missing 1, update_origin_differs 2
                """, StatusText.render(TestingReports.report(State.RUNNING, State.RUNNING, true, State.RUNNING)));
    }

    @Test
    void aDeadPartIsNeverShownAsRunning() {
        String text = StatusText.render(TestingReports.report(State.RUNNING, State.FAILED, false, State.STOPPED));
        assertFalse(text.contains("RUNNING"), text);
        assertEquals("region eu, epoch 3: FAILED", text.lines().findFirst().orElseThrow());
        assertEquals("""
                capture: slot rowmesh_eu is [31mlost
                sending to us: no subscriber since 04:12
                """, text.lines().filter(line -> line.startsWith("capture:") || line.startsWith("sending to")).reduce("", (a, b) -> a + b + "\n"));
    }

    @ParameterizedTest
    @CsvSource({"RUNNING,RUNNING,true,RUNNING,RUNNING", "RUNNING,RUNNING,false,RUNNING,WAITING", "RUNNING,RUNNING,true,FAILED,FAILED",
            "STARTING,RUNNING,true,RUNNING,STARTING", "RUNNING,WAITING,true,STARTING,WAITING", "RUNNING,STOPPED,false,WAITING,STOPPED"})
    void theWorstPartDecides(State node, State capture, boolean connected, State applying, State overall) {
        assertEquals(overall, TestingReports.report(node, capture, connected, applying).overall());
    }

    @Test
    void aFullChangeLogIsNotRunning() {
        StatusReport good = TestingReports.report(State.RUNNING, State.RUNNING, true, State.RUNNING);
        StatusReport full = new StatusReport("eu", 3, State.RUNNING, good.capture(), new StatusReport.ChangeLog(1, 1, true), List.of(), null, List.of());
        assertEquals(State.WAITING, full.overall());
        assertEquals(List.of("the change log is full"), full.notReady());
    }

    @Test
    void aDatabaseThatCannotBeWrittenIsNotReady() {
        StatusReport good = TestingReports.report(State.RUNNING, State.RUNNING, true, State.RUNNING);
        StatusReport.Capture reading = new StatusReport.Capture(State.RUNNING, "the heartbeat cannot be written: read-only", 1, "0/1", 0L);
        StatusReport report = new StatusReport("eu", 3, State.RUNNING, reading, good.changeLog(), good.peers(), null, List.of());
        assertEquals(List.of("the heartbeat cannot be written: read-only"), report.notReady());
    }

    @Test
    void aNoticeIsToldAndDoesNotCount() {
        StatusReport good = TestingReports.report(State.RUNNING, State.RUNNING, true, State.RUNNING);
        StatusReport noticed = new StatusReport("eu", 3, State.RUNNING, good.capture(), good.changeLog(), List.of(), null,
                List.of("table public.x is\nnot captured"));
        assertEquals(State.RUNNING, noticed.overall());
        assertEquals(List.of(), noticed.notReady());
        assertTrue(StatusText.render(noticed).endsWith("\nnotice: table public.x is not captured\n"), StatusText.render(noticed));
        assertEquals(noticed, StatusJson.read(StatusJson.write(noticed)));
        assertEquals(List.of(), StatusJson.read("{\"region\": \"eu\", \"epoch\": 1, \"peers\": []}").notices());
    }

    @Test
    void travelsAsJson() {
        StatusReport report = TestingReports.report(State.RUNNING, State.FAILED, true, State.RUNNING);
        assertEquals(report, StatusJson.read(StatusJson.write(report)));
        StatusReport unknown = new StatusReport("eu", 0, State.STARTING, new StatusReport.Capture(State.STARTING, null, 0, null, null),
                new StatusReport.ChangeLog(0, 0, false), List.of(new StatusReport.Peer("us", new StatusReport.Shipping(false, 0, 0, 0, null),
                        new StatusReport.Applying(State.WAITING, 0, 0, null, 0, null, 0, 0, 0, 0, Map.of()))), null, List.of());
        assertEquals(unknown, StatusJson.read(StatusJson.write(unknown)));
        assertEquals("-", StatusText.render(unknown).lines().filter(line -> line.startsWith("us")).toList().get(1).split("  +")[4]);
    }

    @Test
    void amountsInUnitsThatFit() {
        assertEquals(List.of("0 B", "1023 B", "1.5 KiB", "10.0 GiB", "2048.0 TiB"),
                List.of(0L, 1023L, 1536L, 10L << 30, 2L << 50).stream().map(StatusText::bytes).toList());
        assertEquals(List.of("999ms", "59.9s", "1m 0s", "25h 1m"),
                List.of(999L, 59_900L, 60_000L, 90_060_000L).stream().map(StatusText::duration).toList());
    }
}
