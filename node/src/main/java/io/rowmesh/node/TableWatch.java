package io.rowmesh.node;

import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.node.prepare.UncapturedTables;
import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** Looks for tables that ought to be sent and are not: their changes would be missing elsewhere without anybody's knowing. */
final class TableWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);

    private final NodeConfig config;
    private final DataSource pool;
    private final Set<TableId> captured;
    private volatile List<String> notices = List.of();

    /** @param captured the tables that the capture reads */
    TableWatch(NodeConfig config, DataSource pool, Collection<TableId> captured) {
        this.config = config;
        this.pool = pool;
        this.captured = Set.copyOf(captured);
    }

    void look() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            List<String> now = UncapturedTables.read(config, captured, connection).stream().map(TableWatch::notice).toList();
            now.stream().filter(notice -> !notices.contains(notice)).forEach(LOG::warn);
            notices = now;
        }
    }

    private static String notice(TableId table) {
        return "table " + table + " matches the configuration but is not captured: run `rowmesh prepare --apply` and restart the node";
    }

    /** A sentence for each such table. */
    List<String> notices() {
        return notices;
    }
}
