package io.rowmesh.testbed.torture;

import io.rowmesh.agent.binlog.BinlogAddress;
import io.rowmesh.agent.binlog.BinlogPositions;
import io.rowmesh.agent.binlog.BinlogStream;
import io.rowmesh.agent.binlog.GtidSet;
import io.rowmesh.agent.binlog.LogReader;
import io.rowmesh.agent.binlog.LoggedMessage;
import io.rowmesh.agent.binlog.LoggedStatement;
import io.rowmesh.agent.binlog.LoggedTable;
import io.rowmesh.agent.binlog.TaggedTransaction;
import io.rowmesh.schema.RestatedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.SeenMark;
import io.rowmesh.schema.Version;
import io.rowmesh.testbed.TestingRegion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The whole binary log of a region on MySQL, from its first transaction to where it ended when it was asked: when each row of the ledger was
 * committed, which version the last write of each row has, and what was written or applied more than once.
 */
final class WholeLog implements LogReader {

    private static final long SERVER_ID = 3_999_999_990L;

    /**
     * @param micros commit timestamp
     * @param order  place in the log
     */
    record Stamp(long micros, long order) {
    }

    private final String region;
    private final BinlogPositions positions = new BinlogPositions();
    private final long end;
    private final BinlogStream stream;
    private final Map<Long, Stamp> ledger = new HashMap<>();
    private final List<Write> truncates = new ArrayList<>();
    private final Map<String, Map<String, Version>> versions = new HashMap<>();
    private final Map<String, Long> times = new HashMap<>();
    private final TaggedTransaction tag = new TaggedTransaction();
    private String gtid;
    private long commitMicros;
    private long order;

    private WholeLog(TestingRegion region) {
        this.region = region.id();
        List<String> status = region.database().query("show master status").get(0);
        end = positions.of(status.get(0), Long.parseLong(status.get(1)));
        stream = new BinlogStream(new BinlogAddress("127.0.0.1", region.database().port(), "root", null, "disabled"), SERVER_ID, false, GtidSet.parse(""),
                positions, this);
    }

    static WholeLog of(TestingRegion region) {
        WholeLog log = new WholeLog(region);
        log.stream.run();
        return log;
    }

    /** By the position that a ledger's row has there. */
    Map<Long, Stamp> ledger() {
        return ledger;
    }

    /** Those of users: nodes delete rows. */
    List<Write> truncates() {
        return truncates;
    }

    /** Of the rows that stand, by key. */
    Map<String, Version> versions(String table) {
        return versions.getOrDefault(table, Map.of());
    }

    /** Entries, and transactions of other regions by origin, epoch and sequence, that were written more than once. */
    Map<String, Long> repeated() {
        Map<String, Long> repeated = new HashMap<>(times);
        repeated.values().removeIf(count -> count == 1);
        return repeated;
    }

    @Override
    public void opened() {
        // What comes is read from the first transaction on.
    }

    @Override
    public boolean wants(String database, String table) {
        return switch (database) {
            case "torture" -> table.equals("ledger");
            case "rowmesh" -> TaggedTransaction.isTag(database, table) || LoggedMessage.isOne(database, table);
            default -> database.equals("app");
        };
    }

    @Override
    public boolean wants(String database) {
        return true;
    }

    @Override
    public void begin(String transaction, long micros) {
        tag.begin();
        gtid = transaction;
        commitMicros = micros;
    }

    @Override
    public void insert(LoggedTable table, Row after) {
        tag.inserted(table, after);
        switch (table.database()) {
            case "torture" -> ledger.put(Long.parseLong(after.get(0)), new Stamp(commitMicros, ++order));
            case "app" -> written(table, after);
            default -> said(table, after);
        }
    }

    private void said(LoggedTable table, Row row) {
        if (LoggedMessage.isOne(table.database(), table.name())) {
            restated(LoggedMessage.of(row));
        } else if (table.name().equals("progress")) {
            SeenMark mark = TaggedTransaction.mark(table, row);
            times.merge(mark.origin() + " " + mark.epoch() + "/" + mark.sequence(), 1L, Long::sum);
        }
    }

    /** A row that its node states anew, though nothing else of that is in the log. */
    private void restated(LoggedMessage message) {
        if (message.prefix().equals(RestatedRow.PREFIX)) {
            String secret = message.content().substring(0, message.content().indexOf(' '));
            RestatedRow.parse(message.content(), secret).ifPresent(row -> put(row.table().id().name(), RowKey.of(row)));
        }
    }

    @Override
    public void update(LoggedTable table, Row before, Row after) {
        tag.updated(table, after);
        if (table.database().equals("app")) {
            of(table.name()).remove(key(table, before));
            written(table, after);
        }
    }

    private void written(LoggedTable table, Row row) {
        put(table.name(), key(table, row));
        if (table.name().equals(Entries.ENTRIES.name())) {
            times.merge(row.get(0), 1L, Long::sum);
        }
    }

    private void put(String table, String key) {
        Version version = tag.version() == null ? new Version(commitMicros, region) : tag.version();
        of(table).put(key, version);
    }

    private Map<String, Version> of(String table) {
        return versions.computeIfAbsent(table, t -> new HashMap<>());
    }

    @Override
    public void delete(LoggedTable table, Row before) {
        tag.other();
        if (table.database().equals("app")) {
            of(table.name()).remove(key(table, before));
        }
    }

    private static String key(LoggedTable table, Row row) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            if (table.columns().get(i).key()) {
                key.append(key.isEmpty() ? "[\"" : "\",\"").append(row.get(i));
            }
        }
        return key + "\"]";
    }

    @Override
    public void statement(LoggedStatement statement) {
        if (statement.kind() == LoggedStatement.Kind.TRUNCATE) {
            statement.tables().forEach(table -> {
                versions.remove(table.name());
                truncates.add(new Write(Write.Kind.TRUNCATE, table.name(), Write.ALL, null, null, null, new Version(commitMicros, region), ++order, gtid));
            });
        }
    }

    @Override
    public void end(long position, GtidSet read) {
        reached(position);
    }

    @Override
    public void reached(long position) {
        if (Long.compareUnsigned(position, end) >= 0) {
            stream.close();
        }
    }

    @Override
    public void idle() {
        // It goes on until the end that was asked for.
    }
}
