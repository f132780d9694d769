package io.rowmesh.node;

import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.List;

/** Looks for tables that ought to be sent and are not: their changes would be missing elsewhere without anybody's knowing. */
final class TableWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);

    private final Chores chores;
    private volatile List<String> notices = List.of();

    TableWatch(Chores chores) {
        this.chores = chores;
    }

    void look() throws SQLException {
        List<String> now = chores.uncaptured().stream().map(TableWatch::notice).toList();
        now.stream().filter(notice -> !notices.contains(notice)).forEach(LOG::warn);
        notices = now;
    }

    private static String notice(TableId table) {
        return "table " + table + " matches the configuration but is not captured: run `rowmesh prepare --apply` and restart the node";
    }

    /** A sentence for each such table. */
    List<String> notices() {
        return notices;
    }
}
