package io.rowmesh.node.cli;

import io.rowmesh.node.admin.TextTable;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;

import static io.rowmesh.schema.control.Tables.PARKED;

/** {@code rowmesh parked}: row changes that wait for a person. */
@Command(name = "parked", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        description = "Row changes that could not be applied here, and what waits behind them.")
final class ParkedCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists them, the oldest first. The rest of the stream flows on.")
    int list(@Mixin ConfigOption config,
             @Option(names = "--limit", defaultValue = "100", description = "At most so many (default: ${DEFAULT-VALUE}).") int limit)
            throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = Databases.connect(config.load().database())) {
            List<? extends Record> rows = ControlSchema.sql(connection).selectFrom(PARKED).orderBy(PARKED.PARKED_ID).limit(limit).fetch();
            int all = ControlSchema.sql(connection).fetchCount(PARKED);
            out.print(all == 0 ? "Nothing is parked.\n" : table(rows));
            out.print(all > rows.size() ? (all - rows.size()) + " more are not shown.\n" : "");
        } catch (DataAccessException e) {
            throw new IllegalStateException("the parked rows cannot be read: " + e.getCause().getMessage(), e);
        }
        return ExitCodes.OK;
    }

    private static String table(List<? extends Record> rows) {
        TextTable table = new TextTable("ID", "PARKED AT", "TABLE", "KEY", "CHANGE", "ORIGIN", "SEQUENCE", "SQLSTATE", "REASON");
        for (Record row : rows) {
            table.row(row.get(PARKED.PARKED_ID), row.get(PARKED.PARKED_AT), row.get(PARKED.TABLE_SCHEMA) + "." + row.get(PARKED.TABLE_NAME),
                    row.get(PARKED.ROW_KEY), row.get(PARKED.KIND), row.get(PARKED.ORIGIN), row.get(PARKED.SEQUENCE),
                    row.get(PARKED.SQLSTATE), row.get(PARKED.REASON));
        }
        return table.toString();
    }
}
