package io.rowmesh.node.cli;

import io.rowmesh.node.config.ConfigException;
import io.rowmesh.node.prepare.LackingException;
import io.rowmesh.node.prepare.PreparationException;
import io.rowmesh.node.prepare.UnreachableException;
import org.jooq.exception.DataAccessException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

import java.io.PrintWriter;
import java.sql.SQLException;

/** From an exception to a sentence and an exit code. A stack trace is printed only for what nobody foresaw. */
final class Failures implements IExecutionExceptionHandler {

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof ConfigException) {
            err.println(failure.getMessage());
        } else if (foreseen(failure)) {
            err.println("rowmesh: " + failure.getMessage());
        } else {
            err.println("rowmesh: this should not have happened; please report it with what follows.");
            failure.printStackTrace(err);
        }
        err.flush();
        return exitCode(failure);
    }

    private static int exitCode(Exception failure) {
        if (failure instanceof ConfigException) {
            return ExitCodes.CONFIGURATION;
        }
        if (failure instanceof UnreachableException) {
            return ExitCodes.CANNOT_CONNECT;
        }
        return failure instanceof LackingException || failure instanceof PreparationException ? ExitCodes.LACKING : ExitCodes.NOT_OK;
    }

    /** Our own exceptions and refusals carry a sentence. */
    private static boolean foreseen(Exception failure) {
        return failure.getMessage() != null
                && (failure.getClass().getName().startsWith("io.rowmesh.") || failure instanceof IllegalStateException
                || failure instanceof DataAccessException || failure instanceof SQLException);
    }
}
