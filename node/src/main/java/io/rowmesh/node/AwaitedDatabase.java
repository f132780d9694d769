package io.rowmesh.node;

import io.rowmesh.node.prepare.UnreachableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * A database that is down for a moment when the node starts: it starts or stops itself, recovers from a crash, refuses connections, or
 * has none left, or what the start writes meets users' locks. What a person has to mend first, a wrong password or name for example, is not waited for.
 */
final class AwaitedDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(AwaitedDatabase.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration TELL_EVERY = Duration.ofSeconds(30);
    /** admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections. */
    private static final Set<String> PASSING = Set.of("57P01", "57P02", "57P03", "53300");
    /** MySQL's numbers of "Too many connections" and "Server shutdown in progress"; PostgreSQL's errors have none. */
    private static final Set<Integer> PASSING_IN_MYSQL = Set.of(1040, 1053);
    private static final String CONNECTION = "08";
    /** A transaction that was rolled back as it met others: deadlocks and waits for locks that took too long. */
    private static final String ROLLED_BACK = "40";

    private AwaitedDatabase() {
    }

    /**
     * Attempts until it succeeds; without any limit, as a running node waits for its database, too.
     *
     * @param region  for the log
     * @param attempt leaves nothing behind where it throws
     * @param stop    completes when nothing is to be waited for any more
     * @return empty when that came first
     * @throws RuntimeException of an attempt that waiting cannot mend
     */
    static <T> Optional<T> whenItAnswers(String region, Supplier<T> attempt, CompletableFuture<?> stop) {
        long told = 0;
        while (!stop.isDone()) {
            try {
                return Optional.of(attempt.get());
            } catch (RuntimeException e) {
                if (!passes(e)) {
                    throw e;
                }
                if (told == 0 || System.nanoTime() - told >= TELL_EVERY.toNanos()) {
                    told = System.nanoTime();
                    LOG.warn("the node of region {} waits for its database: {}", region, sentence(e));
                }
            }
            pause(stop);
        }
        return Optional.empty();
    }

    /** Whether waiting may mend what is the matter. */
    static boolean passes(Throwable failure) {
        SQLException said = said(failure);
        return said != null && (PASSING.contains(said.getSQLState()) || PASSING_IN_MYSQL.contains(said.getErrorCode())
                || said.getSQLState().startsWith(ROLLED_BACK)
                || said.getSQLState().startsWith(CONNECTION) && isLost(said.getCause()));
    }

    /** What the database, or its driver, said; null when it was somebody else. */
    private static SQLException said(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException database && database.getSQLState() != null) {
                return database;
            }
        }
        return null;
    }

    private static String sentence(RuntimeException failure) {
        return failure instanceof UnreachableException ? failure.getMessage() : said(failure).getMessage();
    }

    /** Whether a connection was refused or broke, other than by a name that nobody has, or by what the two cannot agree on. */
    private static boolean isLost(Throwable cause) {
        Throwable last = cause;
        while (last != null && !(last instanceof IOException)) {
            last = last.getCause();
        }
        return last != null && !(last instanceof UnknownHostException) && !(last instanceof SSLException);
    }

    private static void pause(CompletableFuture<?> stop) {
        try {
            stop.get(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the database", e);
        }
    }
}
