package io.rowmesh.agent.versions;

import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.LogReader;
import io.rowmesh.agent.binlog.LoggedMessage;
import io.rowmesh.agent.binlog.LoggedStatement;
import io.rowmesh.agent.binlog.LoggedTable;
import io.rowmesh.agent.binlog.TaggedTransaction;
import io.rowmesh.schema.RestatedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.Version;
import io.rowmesh.schema.mysql.MySqlNames;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** One stream's transactions, as they change the versions of rows. */
final class VersionLog implements LogReader {

    /** Gets the position up to which all is known, and what was read when a transaction ended there, else null. */
    interface Progress {
        void at(long position, GtidSet read);
    }

    private final String region;
    private final MySqlNames names;
    private final Set<TableId> tables;
    private final VersionIndex index;
    private final String secret;
    private final Progress progress;
    private final Runnable opened;
    private final Runnable defined;
    private final Map<LoggedTable, TableShape> shapes = new IdentityHashMap<>();

    private final TaggedTransaction tag = new TaggedTransaction();
    private long commitMicros;
    private Version version;

    VersionLog(String region, MySqlNames names, Set<TableId> tables, VersionIndex index, String secret, Progress progress, Runnable opened,
               Runnable defined) {
        this.region = region;
        this.names = names;
        this.tables = tables;
        this.index = index;
        this.secret = secret;
        this.progress = progress;
        this.opened = opened;
        this.defined = defined;
    }

    @Override
    public void opened() {
        opened.run();
    }

    @Override
    public boolean wants(String database, String table) {
        return TaggedTransaction.isTag(database, table) || LoggedMessage.isOne(database, table) || isOurs(names.wire(database, table));
    }

    @Override
    public boolean wants(String database) {
        return database.equals(names.database()) || database.equals(MySqlNames.CONTROL);
    }

    private boolean isOurs(TableId table) {
        return table != null && tables.contains(table);
    }

    @Override
    public void begin(String gtid, long micros) {
        index.discard();
        tag.begin();
        commitMicros = micros;
        version = null;
    }

    @Override
    public void insert(LoggedTable of, Row after) {
        tag.inserted(of, after);
        if (LoggedMessage.isOne(of.database(), of.name())) {
            restated(LoggedMessage.of(after));
            return;
        }
        TableShape table = shape(of);
        if (table != null) {
            index.put(table.id(), RowKey.of(table, after), version());
        }
    }

    /** A row that the node states anew is written by this transaction, though nothing else of that is in the log. */
    private void restated(LoggedMessage message) {
        if (message.prefix().equals(RestatedRow.PREFIX)) {
            RestatedRow.parse(message.content(), secret).filter(row -> tables.contains(row.table().id()))
                    .ifPresent(row -> index.put(row.table().id(), RowKey.of(row), version()));
        }
    }

    @Override
    public void update(LoggedTable of, Row before, Row after) {
        tag.updated(of, after);
        TableShape table = shape(of);
        if (table != null) {
            String former = RowKey.of(table, before);
            String key = RowKey.of(table, after);
            if (!former.equals(key)) {
                index.delete(table.id(), former);
            }
            index.put(table.id(), key, version());
        }
    }

    @Override
    public void delete(LoggedTable of, Row before) {
        tag.other();
        TableShape table = shape(of);
        if (table != null) {
            index.delete(table.id(), RowKey.of(table, before));
        }
    }

    /** The same for the whole transaction, as its first row tells it. */
    private Version version() {
        if (version == null) {
            version = tag.version() == null ? new Version(commitMicros, region) : tag.version();
        }
        return version;
    }

    /** The wire's form of a table that counts, else null. */
    private TableShape shape(LoggedTable of) {
        TableId id = names.wire(of.database(), of.name());
        return isOurs(id) ? shapes.computeIfAbsent(of, table -> new TableShape(id, table.columns())) : null;
    }

    @Override
    public void statement(LoggedStatement statement) {
        switch (statement.kind()) {
            case TRUNCATE -> statement.tables().forEach(table -> change(table, true, false));
            case ALTER -> statement.tables().forEach(table -> change(table, false, true));
            case DROP_OR_RENAME -> statement.tables().forEach(table -> change(table, true, true));
            case DROP_DATABASE -> {
                if (statement.defines().equals(names.database())) {
                    tables.stream().filter(table -> table.schema().equals(names.schema())).forEach(table -> change(table, true, true));
                }
            }
            case ROWS, OTHER -> {
                // No row of ours is another's by it.
            }
        }
    }

    private void change(LoggedStatement.Table named, boolean clear, boolean raise) {
        TableId table = names.wire(named.database(), named.name());
        if (isOurs(table)) {
            change(table, clear, raise);
        }
    }

    private void change(TableId table, boolean clear, boolean raise) {
        if (clear) {
            index.clear(table);
        }
        if (raise) {
            index.raise(table, commitMicros);
            defined.run();
        }
    }

    @Override
    public void end(long position, GtidSet read) {
        index.commit(read);
        progress.at(position, read);
    }

    @Override
    public void reached(long position) {
        progress.at(position, null);
    }

    @Override
    public void idle() {
        // Every transaction is kept at its end.
    }
}
