package io.rowmesh.node.admin;

import io.rowmesh.node.admin.StatusReport.Applying;
import io.rowmesh.node.admin.StatusReport.Capture;
import io.rowmesh.node.admin.StatusReport.ChangeLog;
import io.rowmesh.node.admin.StatusReport.Peer;
import io.rowmesh.node.admin.StatusReport.Shipping;
import io.rowmesh.node.admin.StatusReport.State;

import java.util.List;
import java.util.Map;

/** Status reports to try things with. */
public final class TestingReports {

    private TestingReports() {
    }

    /** A node with one peer, all of it in these states. */
    public static StatusReport report(State node, State capture, boolean connected, State applying) {
        return new StatusReport("eu", 3, node, new Capture(capture, capture == State.FAILED ? "slot rowmesh_eu is\n\u001b[31mlost" : null, 120, "0/1A2B3C", 2048L),
                new ChangeLog(5 << 20, 20, false),
                List.of(new Peer("us", new Shipping(connected, 120, 118, 2, connected ? null : "no subscriber since 04:12"),
                        new Applying(applying, 1, 77, 1450L, 0, null, 1, 76, 300, 4, Map.of("update_origin_differs", 2L, "delete_missing", 1L)))),
                new StatusReport.History(1, 3, 0), List.of());
    }
}
