package io.rowmesh.testbed.torture;

import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingRegion;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Draws faults: kind, place and length, all from one source of chance. */
final class FaultMaker {

    private final TestingMesh mesh;
    private final List<Table> tables;
    private final Random random;
    private final List<FaultKind> kinds;
    private final ShiftedClock clock;

    /**
     * @param tables to lock rows of
     * @param clock  null where there is none to move
     * @param steps  whether the clock may also step back
     */
    FaultMaker(TestingMesh mesh, List<Table> tables, ShiftedClock clock, boolean steps, Random random) {
        this.mesh = mesh;
        this.tables = tables;
        this.random = random;
        this.clock = clock;
        this.kinds = Arrays.stream(FaultKind.values()).filter(kind -> switch (kind) {
            case LOG_FLUSHED -> mesh.regions().stream().anyMatch(FaultMaker::isOnMySql);
            case CLOCK_MOVED -> clock != null;
            case CLOCK_STEPPED -> clock != null && steps;
            default -> true;
        }).toList();
    }

    Fault next() {
        FaultKind kind = draw();
        TestingRegion region = any(mesh.regions());
        TestingMesh.Link link = any(mesh.links());
        String node = "node " + region.id();
        String database = "database " + region.id();
        String way = "link " + link.origin() + "->" + link.target();
        return switch (kind) {
            case NODE_KILLED -> new Fault(kind, node, millis(0, 4_000), region.node()::kill, region.node()::start);
            case NODE_STOPPED -> new Fault(kind, node, millis(0, 2_000), region.node()::stop, region.node()::start);
            case NODE_PAUSED -> new Fault(kind, node, millis(500, 12_000), region.node()::pause, region.node()::resume);
            case DATABASE_KILLED -> new Fault(kind, database, millis(0, 2_000), region.database()::kill, region.database()::start);
            case DATABASE_RESTARTED -> new Fault(kind, database, millis(0, 500), region.database()::stop, region.database()::start);
            case LINK_CUT -> new Fault(kind, way, millis(500, 15_000), link.proxy()::cut, link.proxy()::heal);
            case LINK_RESET -> new Fault(kind, way, Duration.ZERO, link.proxy()::reset, () -> { });
            case LINK_HANGING -> new Fault(kind, way, millis(1_000, 15_000), link.proxy()::hang, link.proxy()::heal);
            case LINK_SLOW -> slow(kind, way, link);
            case REGION_CUT_OFF -> new Fault(kind, "links of " + region.id(), millis(5_000, 25_000), () -> mesh.cut(region.id()),
                    () -> mesh.heal(region.id()));
            case WALSENDER_ENDED -> new Fault(kind, database, Duration.ZERO,
                    () -> Dialect.of(region.database()).endReaders(region.database()), () -> { });
            case APPLIER_ENDED -> new Fault(kind, database, Duration.ZERO,
                    () -> Dialect.of(region.database()).endAppliers(region.database()), () -> { });
            case LOG_FLUSHED -> flushed(kind, any(mesh.regions().stream().filter(FaultMaker::isOnMySql).toList()));
            case ROWS_LOCKED -> locked(kind, database, region);
            case CLOCK_MOVED -> new Fault(kind, "clock of " + clock.region(), Duration.ZERO, () -> clock.move(millis(10, 300)), () -> { });
            case CLOCK_STEPPED -> new Fault(kind, "clock of " + clock.region(), Duration.ZERO, () -> clock.move(millis(-4_000, 4_000)), () -> { });
        };
    }

    private static boolean isOnMySql(TestingRegion region) {
        return region.database() instanceof TestingMySql;
    }

    private static Fault flushed(FaultKind kind, TestingRegion region) {
        return new Fault(kind, "database " + region.id(), Duration.ZERO, () -> region.database().execute("flush binary logs"), () -> { });
    }

    private FaultKind draw() {
        int dice = random.nextInt(kinds.stream().mapToInt(kind -> kind.weight).sum());
        for (FaultKind kind : kinds) {
            dice -= kind.weight;
            if (dice < 0) {
                return kind;
            }
        }
        throw new AssertionError("weights");
    }

    private Fault slow(FaultKind kind, String way, TestingMesh.Link link) {
        Duration delay = millis(20, 800);
        return new Fault(kind, way, millis(3_000, 20_000), () -> link.proxy().delay(delay), link.proxy()::heal);
    }

    /** A user who locks rows, or a whole table, and goes for coffee. */
    private Fault locked(FaultKind kind, String database, TestingRegion region) {
        String table = any(tables).name();
        String lock = Dialect.of(region.database()).lock(table, random.nextBoolean());
        Connection[] held = new Connection[1];
        return new Fault(kind, database, millis(500, 6_000), () -> held[0] = hold(region, lock), () -> held[0].close());
    }

    private static Connection hold(TestingRegion region, String lock) throws SQLException {
        Connection connection = region.database().connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(lock);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private Duration millis(int from, int to) {
        return Duration.ofMillis(from + random.nextInt(to - from));
    }

    private <T> T any(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }
}
