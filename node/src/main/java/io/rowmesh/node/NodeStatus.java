package io.rowmesh.node;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.rowmesh.agent.capture.CaptureStatus;
import io.rowmesh.agent.capture.Capture;
import io.rowmesh.agent.log.ChangeLog;
import io.rowmesh.agent.ship.PeerStatus;
import io.rowmesh.agent.ship.ShippingServer;
import io.rowmesh.applier.write.Lane;
import io.rowmesh.applier.write.LaneStatus;
import io.rowmesh.node.admin.StatusReport;
import io.rowmesh.node.config.NodeConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the state of all parts, each from the part itself: what is dead is never told as running. */
final class NodeStatus {

    private final NodeConfig config;
    private final Capture capture;
    private final ChangeLog log;
    private final ShippingServer shipping;
    private final List<Lane> lanes;
    private final Periodic periodic;

    NodeStatus(NodeConfig config, Capture capture, ChangeLog log, ShippingServer shipping, List<Lane> lanes,
               Periodic periodic, MeterRegistry registry) {
        this.config = config;
        this.capture = capture;
        this.log = log;
        this.shipping = shipping;
        this.lanes = lanes;
        this.periodic = periodic;
        for (Lane lane : lanes) {
            Gauge.builder("rowmesh.staleness.seconds", lane, l -> l.status().stalenessMillis() / 1_000.0)
                    .tag("origin", lane.status().origin())
                    .description("now minus the commit timestamp up to which everything of the origin is applied").register(registry);
        }
        Gauge.builder("rowmesh.tombstones", periodic, Periodic::tombstones).register(registry);
    }

    StatusReport report() {
        Map<String, PeerStatus> sending = shipping.status();
        List<StatusReport.Peer> peers = lanes.stream().map(Lane::status)
                .map(lane -> new StatusReport.Peer(lane.origin(), shipping(sending.get(lane.origin())), applying(lane))).toList();
        return new StatusReport(config.region(), log.epoch(), state(), capturing(), changeLog(), peers, periodic.history(),
                notices());
    }

    private List<String> notices() {
        List<String> notices = new ArrayList<>(periodic.notices());
        lanes.forEach(lane -> lane.fencedThere().ifPresent(notices::add));
        lanes.stream().map(Lane::status).filter(lane -> lane.historyRefused() != null)
                .forEach(lane -> notices.add("conflicts with " + lane.origin() + " are applied, but not kept in rowmesh.conflict: " + lane.historyRefused()));
        return notices;
    }

    /** Threads that must live and do not. */
    List<String> dead() {
        List<String> dead = new ArrayList<>();
        if (capture.status().state() == CaptureStatus.State.STOPPED) {
            dead.add("capture");
        }
        lanes.stream().map(Lane::status).filter(lane -> lane.state() == LaneStatus.State.STOPPED)
                .forEach(lane -> dead.add("apply-" + lane.origin()));
        periodic.dead().forEach(task -> dead.add("periodic " + task));
        return dead;
    }

    /** Why this process can never do its work again and only a new one can; empty as long as it can. */
    Optional<String> end() {
        if (capture.status().state() == CaptureStatus.State.STOPPED) {
            return Optional.of(ended("the capture"));
        }
        return lanes.stream().map(Lane::status).filter(lane -> lane.state() == LaneStatus.State.STOPPED).findFirst()
                .map(lane -> ended("applying from " + lane.origin()));
    }

    private String ended(String part) {
        return part + " has ended, which it never should: the node of region " + config.region()
                + " must be started again; its log says what happened";
    }

    private StatusReport.State state() {
        return dead().isEmpty() ? StatusReport.State.RUNNING : StatusReport.State.FAILED;
    }

    private StatusReport.Capture capturing() {
        CaptureStatus status = capture.status();
        String error = status.lastError() == null ? periodic.heartbeatError() : status.lastError();
        return new StatusReport.Capture(StatusReport.State.valueOf(status.state().name()), error, status.lastSequence(),
                periodic.place(status.lastPosition()), periodic.lagBytes());
    }

    private StatusReport.ChangeLog changeLog() {
        long transactions = log.lastSequence() < log.firstSequence() ? 0 : log.lastSequence() - log.firstSequence() + 1;
        return new StatusReport.ChangeLog(log.sizeBytes(), transactions, log.full());
    }

    private static StatusReport.Shipping shipping(PeerStatus peer) {
        return new StatusReport.Shipping(peer.connected(), peer.shippedSequence(), peer.acknowledgedSequence(),
                peer.backlogTransactions(), peer.lastError());
    }

    private StatusReport.Applying applying(LaneStatus lane) {
        return new StatusReport.Applying(state(lane.state()), lane.epoch(), lane.sequence(),
                lane.stalenessMillis() < 0 ? null : lane.stalenessMillis(), lane.backlog(), lane.lastError(),
                periodic.parked(lane.origin()), lane.appliedTransactions(), lane.appliedRows(), lane.skippedRows(), lane.conflicts());
    }

    private static StatusReport.State state(LaneStatus.State lane) {
        return switch (lane) {
            case CONNECTING -> StatusReport.State.STARTING;
            case RUNNING -> StatusReport.State.RUNNING;
            case HELD -> StatusReport.State.HELD;
            case WAITING -> StatusReport.State.WAITING;
            case STOPPED -> StatusReport.State.STOPPED;
        };
    }
}
