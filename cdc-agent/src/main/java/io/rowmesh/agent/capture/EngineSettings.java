package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;

import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** How Debezium is run. Several of these keep it from losing changes; the notes say which and how. */
final class EngineSettings {

    /** Two engines of one name in a JVM clash over their management beans, and the second waits a minute without a word. */
    private static final AtomicLong ENGINES = new AtomicLong();

    private EngineSettings() {
    }

    /** @param startTimeoutMillis bounds how long starting and stopping may take */
    static Properties of(CaptureOptions options, long startTimeoutMillis) {
        Properties settings = new Properties();
        String name = "rowmesh-" + options.region() + "-" + ENGINES.incrementAndGet();
        settings.setProperty("name", name);
        settings.setProperty("topic.prefix", name);
        settings.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.setProperty("task.management.timeout.ms", Long.toString(startTimeoutMillis));
        database(settings, options.database());
        stream(settings, options);
        position(settings);
        values(settings);
        flow(settings);
        return settings;
    }

    private static void database(Properties settings, DatabaseAddress database) {
        settings.setProperty("database.hostname", database.host());
        settings.setProperty("database.port", Integer.toString(database.port()));
        settings.setProperty("database.dbname", database.database());
        settings.setProperty("database.user", database.user());
        if (database.password() != null) {
            settings.setProperty("database.password", database.password());
        }
        settings.setProperty("database.sslmode", database.sslmode());
        settings.setProperty("driver.options", DatabaseAddress.TEXT_SETTINGS);
    }

    private static void stream(Properties settings, CaptureOptions options) {
        settings.setProperty("plugin.name", "pgoutput");
        settings.setProperty("slot.name", options.slot());
        settings.setProperty("slot.max.retries", "0");
        settings.setProperty("publication.name", options.publication());
        settings.setProperty("publication.autocreate.mode", "disabled");
        // What other regions' appliers wrote never reaches us, so it can never be sent around in circles. Only where a rule
        // decides by what was seen is it read, known by its origin, and skipped (AppliedTransactions).
        settings.setProperty("slot.stream.params", options.exactSeen() ? "origin=any" : "origin=none");
        // Without the list the definitions of all tables of the database are loaded.
        settings.setProperty("table.include.list", options.read().stream().map(EngineSettings::regex).collect(Collectors.joining(",")));
        settings.setProperty("provide.transaction.metadata", "true");
        // By default truncates are left out.
        settings.setProperty("skipped.operations", "none");
        settings.setProperty("tombstones.on.delete", "false");
    }

    /** The slot alone says where to begin: an engine that starts from a stored position skips changes (hazard H30). */
    private static void position(Properties settings) {
        settings.setProperty("snapshot.mode", "no_data");
        settings.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        settings.setProperty("offset.flush.interval.ms", "0");
        settings.setProperty("lsn.flush.mode", "connector");
        // Its own retries would start from the position in the memory store; ours start a new engine with an empty one.
        settings.setProperty("errors.max.retries", "0");
    }

    private static void values(Properties settings) {
        settings.setProperty("converters", "raw");
        settings.setProperty("raw.type", RawTextConverter.class.getName());
        settings.setProperty("include.unknown.datatypes", "true");
        settings.setProperty("event.processing.failure.handling.mode", "fail");
        // By default a value that cannot be converted is left out, and read as null.
        settings.setProperty("event.converting.failure.handling.mode", "fail");
        settings.setProperty("decimal.handling.mode", "string");
        settings.setProperty("time.precision.mode", "isostring");
        settings.setProperty("interval.handling.mode", "string");
        settings.setProperty("binary.handling.mode", "hex");
    }

    private static void flow(Properties settings) {
        settings.setProperty("poll.interval.ms", "10");
        settings.setProperty("max.batch.size", "2048");
        settings.setProperty("max.queue.size", "4096");
        settings.setProperty("max.queue.size.in.bytes", Integer.toString(16 << 20));
        settings.setProperty("record.processing.threads", "1");
        settings.setProperty("status.update.interval.ms", "2000");
    }

    /** A regular expression that matches this table's {@code schema.name} and nothing else but other letter case. */
    static String regex(TableId table) {
        return (table.schema() + "." + table.name()).codePoints().mapToObj(EngineSettings::regex).collect(Collectors.joining());
    }

    private static String regex(int character) {
        boolean plain = character == '_' || (character < 128 && Character.isLetterOrDigit(character));
        return plain ? Character.toString(character) : String.format("\\x{%x}", character);
    }
}
