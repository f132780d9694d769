package io.rowmesh.node.cli;

import io.rowmesh.node.admin.TextTable;
import io.rowmesh.node.prepare.Databases;
import io.rowmesh.schema.store.ControlSchema;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.exception.DataAccessException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;

import static io.rowmesh.schema.control.Tables.FENCE;

/** {@code rowmesh fence}: regions of which nothing is applied here. */
@Command(name = "fence", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        description = "Regions that were silent for longer than max-silence. Nothing of them is applied here until they were loaded again.")
final class FenceCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the other regions, for how long each was silent, and which are fenced.")
    int list(@Mixin ConfigOption config) throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = Databases.connect(config.load().database())) {
            Result<? extends Record> rows = ControlSchema.sql(connection).selectFrom(FENCE).orderBy(FENCE.REGION).fetch();
            TextTable table = new TextTable("REGION", "SILENT FOR", "FENCED AT");
            for (Record row : rows) {
                table.row(row.get(FENCE.REGION), row.get(FENCE.SILENT_SECONDS) + "s", row.get(FENCE.FENCED_AT));
            }
            out.print(rows.isEmpty() ? "No region was silent so far.\n" : table.toString());
        } catch (DataAccessException e) {
            throw new IllegalStateException("the fences cannot be read: " + e.getCause().getMessage(), e);
        }
        return ExitCodes.OK;
    }

    @Command(name = "lift", mixinStandardHelpOptions = true, description = {
        "Lifts the fence of a region, once it was loaded again.",
        "While it was fenced, traces of deletes were dropped here without waiting for it. What it had written before, and what it",
        "never saw deleted, would come back to life in this region if it were applied: so first load the region again from this one",
        "(with an empty change log: `rowmesh new-epoch` there), then lift the fence."})
    int lift(@Mixin ConfigOption config, @Parameters(paramLabel = "REGION", description = "The fenced region.") String region,
             @Option(names = "--yes", description = "I know that the region was loaded again.") boolean yes) throws SQLException {
        if (!yes) {
            throw new ParameterException(spec.commandLine(), "Unless region " + region + " was loaded again, rows that were deleted meanwhile"
                    + " come back: say that it was with --yes.");
        }
        try (Connection connection = Databases.connect(config.load().database())) {
            int lifted = ControlSchema.sql(connection).deleteFrom(FENCE).where(FENCE.REGION.eq(region)).and(FENCE.FENCED_AT.isNotNull()).execute();
            if (lifted == 0) {
                throw new IllegalStateException("region " + region + " is not fenced here");
            }
            spec.commandLine().getOut().println("the fence of region " + region + " is lifted; a running node notices within seconds");
        } catch (DataAccessException e) {
            throw new IllegalStateException("the fence cannot be lifted: " + e.getCause().getMessage(), e);
        }
        return ExitCodes.OK;
    }
}
