package io.rowmesh.agent.binlog;

import com.github.shyiko.mysql.binlog.event.ByteArrayEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.GtidEventData;
import com.github.shyiko.mysql.binlog.event.GtidTaggedEventData;
import com.github.shyiko.mysql.binlog.event.MySqlGtid;
import com.github.shyiko.mysql.binlog.event.RotateEventData;
import com.github.shyiko.mysql.binlog.event.deserialization.GtidEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.GtidTaggedEventDataDeserializer;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;

import java.io.IOException;
import java.util.function.LongSupplier;

/** Puts events together to what a {@link LogReader} is told: the log's own order, transactions between their begin and end. */
final class EventReading {

    private static final String NEW_EPOCH = "run `rowmesh new-epoch`, then load the other regions from this one again";
    private static final long LOW_BITS = 0xffff_ffffL;
    private static final int MICROS = 1_000_000;

    private enum Place {
        BETWEEN,
        /** Behind the GTID, before the first statement. */
        OPENED,
        INSIDE
    }

    private final LogReader reader;
    private final GtidSet read;
    private final BinlogPositions positions;
    private final boolean foldsNames;
    private final LongSupplier server;
    private final RowEvents rows;

    private String file;
    private long offset;
    private Place place = Place.BETWEEN;
    private MySqlGtid gtid;
    private boolean xa;

    /**
     * @param foldsNames as {@link ServerState#foldsNames}
     * @param server     the number of the server that is read
     */
    EventReading(LogReader reader, GtidSet read, BinlogPositions positions, boolean foldsNames, LongSupplier server) {
        this.reader = reader;
        this.read = read;
        this.positions = positions;
        this.foldsNames = foldsNames;
        this.server = server;
        this.rows = new RowEvents(reader);
    }

    void take(Event event) throws IOException {
        EventHeaderV4 header = event.getHeader();
        move(header, event);
        try {
            take(header.getEventType(), header, event);
        } catch (IndexOutOfBoundsException e) {
            throw BinlogException.lasting("the event " + header.getEventType() + at() + " cannot be understood (" + e.getMessage()
                    + "): report this with the server's version");
        }
        if (place == Place.BETWEEN && file != null) {
            reader.reached(position());
        }
    }

    /** Whether no transaction is open. */
    boolean isBetween() {
        return place == Place.BETWEEN;
    }

    private void take(EventType type, EventHeaderV4 header, Event event) throws IOException {
        switch (type) {
            case GTID -> begin(header, new GtidEventDataDeserializer().deserialize(new ByteArrayInputStream(bytes(event))));
            case GTID_TAGGED -> begin(header, new GtidTaggedEventDataDeserializer().deserialize(new ByteArrayInputStream(bytes(event))));
            case ANONYMOUS_GTID -> throw BinlogException.lasting("a transaction" + at() + " has no GTID: set gtid_mode = ON, " + NEW_EPOCH);
            case QUERY -> query(QueryEvent.read(new LogBytes(bytes(event))));
            case XID, XA_PREPARE -> end();
            case TABLE_MAP -> rows.table(new LogBytes(bytes(event)));
            case WRITE_ROWS, EXT_WRITE_ROWS -> rows(RowEvents.Kind.INSERT, event, type == EventType.EXT_WRITE_ROWS);
            case UPDATE_ROWS, EXT_UPDATE_ROWS -> rows(RowEvents.Kind.UPDATE, event, type == EventType.EXT_UPDATE_ROWS);
            case DELETE_ROWS, EXT_DELETE_ROWS -> rows(RowEvents.Kind.DELETE, event, type == EventType.EXT_DELETE_ROWS);
            case PARTIAL_UPDATE_ROWS_EVENT -> partial(new LogBytes(bytes(event)));
            case TRANSACTION_PAYLOAD -> throw BinlogException.lasting("the transaction " + name() + at() + " is compressed: set global"
                    + " binlog_transaction_compression = OFF, " + NEW_EPOCH);
            case INCIDENT -> throw BinlogException.lasting("the server says" + at() + " that its log lost events: " + NEW_EPOCH);
            default -> {
                // Says nothing of rows.
            }
        }
    }

    /** The header has only the lower half of where an event ends; files are longer when a transaction is. */
    private void move(EventHeaderV4 header, Event event) {
        if (event.getData() instanceof RotateEventData rotate) {
            file = rotate.getBinlogFilename();
            offset = rotate.getBinlogPosition();
            return;
        }
        long low = header.getNextPosition() & LOW_BITS;
        if (low != 0) {
            long next = offset & ~LOW_BITS | low;
            offset = next >= offset || header.getEventType() == EventType.HEARTBEAT ? Math.max(next, offset) : next + LOW_BITS + 1;
        }
    }

    private static byte[] bytes(Event event) {
        return ((ByteArrayEventData) event.getData()).getData();
    }

    private void begin(EventHeaderV4 header, GtidEventData data) {
        begin(data.getMySqlGtid(), isReplicated(header) ? data.getOriginalCommitTimestamp() : data.getImmediateCommitTimestamp());
    }

    private void begin(EventHeaderV4 header, GtidTaggedEventData data) {
        begin(data.getMySqlGtid(), isReplicated(header) ? data.getOriginalCommitTimestamp() : data.getImmediateCommitTimestamp());
    }

    /** Then it has the timestamp that the server had given which wrote it first: whoever read it there has the same. */
    private boolean isReplicated(EventHeaderV4 header) {
        return header.getServerId() != server.getAsLong();
    }

    private void begin(MySqlGtid next, long commitMicros) {
        if (commitMicros < MICROS) {
            throw BinlogException.lasting("the transaction " + next + at() + " has no commit timestamp: rowmesh needs MySQL 8.0 or later");
        }
        gtid = next;
        place = Place.OPENED;
        xa = false;
        rows.forget();
        reader.begin(gtid.toString(), commitMicros);
    }

    private void query(QueryEvent query) {
        String sql = query.sql();
        if (place == Place.OPENED && sql.equals("BEGIN")) {
            place = Place.INSIDE;
        } else if (place == Place.OPENED && sql.startsWith("XA START")) {
            place = Place.INSIDE;
            xa = true;
        } else if (sql.equals("COMMIT")) {
            end();
        } else if (sql.equals("ROLLBACK") || sql.startsWith("ROLLBACK TO ")) {
            rollback(sql);
        } else if (!sql.startsWith("SAVEPOINT ") && !sql.startsWith("XA END")) {
            statement(query);
        }
    }

    /** The server takes back what only a table without transactions kept, so it should have written none of ours. */
    private void rollback(String sql) {
        if (rows.any()) {
            throw BinlogException.lasting("the transaction " + name() + at() + " is rolled back in the log, after rows that stay (has a"
                    + " table another engine than InnoDB?): " + NEW_EPOCH);
        }
        if (sql.equals("ROLLBACK")) {
            end();
        }
    }

    /** A statement stands in the log as it was typed, its rows under the server's own names. */
    private void statement(QueryEvent query) {
        LoggedStatement typed = StatementReading.read(query.database(), query.sql(), query.ansiQuotes());
        LoggedStatement statement = foldsNames ? typed.folded() : typed;
        if (statement.kind() == LoggedStatement.Kind.ROWS) {
            requireForeign(query);
        } else {
            reader.statement(statement);
        }
        if (place == Place.OPENED) {
            end();
        }
    }

    private void requireForeign(QueryEvent query) {
        if (query.updated() == null || query.updated().stream().anyMatch(reader::wants)) {
            throw BinlogException.lasting("the transaction " + name() + at() + " changed rows by a statement whose rows the log does not"
                    + " have (binlog_format is not ROW in its session): " + NEW_EPOCH);
        }
    }

    private void rows(RowEvents.Kind kind, Event event, boolean extra) {
        LogBytes in = new LogBytes(bytes(event));
        TableMap table = rows.wanted(in);
        if (table == null) {
            return;
        }
        if (xa || place != Place.INSIDE) {
            throw BinlogException.lasting("the transaction " + name() + at() + " wrote table " + table.table().database() + "."
                    + table.table().name() + " by XA, and the log does not tell with the rows whether they were committed: write"
                    + " replicated tables without XA; " + NEW_EPOCH);
        }
        rows.read(kind, table, in, extra);
    }

    private void partial(LogBytes in) {
        TableMap table = rows.wanted(in);
        if (table != null) {
            throw BinlogException.lasting("the transaction " + name() + at() + " wrote only parts of JSON values of table "
                    + table.table().database() + "." + table.table().name() + ": set global binlog_row_value_options = '', " + NEW_EPOCH);
        }
    }

    private void end() {
        if (place == Place.BETWEEN) {
            return;
        }
        place = Place.BETWEEN;
        read.add(source(), gtid.getTransactionId());
        reader.end(position(), read);
    }

    private String source() {
        return gtid.getTag() == null || gtid.getTag().isEmpty() ? gtid.getServerId().toString() : gtid.getServerId() + ":" + gtid.getTag();
    }

    private long position() {
        return positions.of(file, offset);
    }

    private String name() {
        return gtid == null ? "without GTID" : gtid.toString();
    }

    private String at() {
        return " (" + file + ", before " + offset + ")";
    }
}
