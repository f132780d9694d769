package io.rowmesh.agent.capture;

import io.rowmesh.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the database and the tables are such that every change of them can be captured exactly. */
public final class CaptureCheck {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureCheck.class);
    private static final String PUBLICATION = """
            select pubinsert and pubupdate and pubdelete and pubtruncate from pg_publication where pubname = ?""";
    private static final String PUBLISHED = """
            select rowfilter is null and cardinality(attnames) = (select count(*) from pg_attribute a where attnum > 0
                       and not attisdropped and attgenerated = '' and attrelid = format('%I.%I', schemaname, tablename)::regclass)
              from pg_publication_tables where pubname = ? and schemaname = ? and tablename = ?""";

    private CaptureCheck() {
    }

    /**
     * All reasons why the capture would refuse to start, one sentence each; empty when there is none. A table that does not
     * exist is none.
     *
     * @throws CaptureException when the database cannot be asked
     */
    public static List<String> problems(CaptureOptions options) {
        try (Connection connection = options.database().connect()) {
            return problems(connection, options);
        } catch (SQLException e) {
            throw new CaptureException("cannot look at the tables of " + options.database() + ": " + e.getMessage(), e);
        }
    }

    static List<String> problems(Connection connection, CaptureOptions options) throws SQLException {
        List<String> problems = new ArrayList<>();
        ofPublication(connection, options.publication()).ifPresent(problems::add);
        for (TableId id : options.read()) {
            Optional<CatalogTable> table = Catalog.read(connection, id);
            if (table.isEmpty()) {
                ofMissing(id).ifPresent(problems::add);
                continue;
            }
            ofTable(table.get()).forEach(what -> problems.add("table " + id + ": " + what));
            if (problems.isEmpty() && !published(connection, options.publication(), id)) {
                problems.add("table " + id + ": publication " + options.publication()
                        + " does not hold it whole (all columns, no row filter): run `rowmesh prepare`");
            }
        }
        return problems;
    }

    /** A table dropped since has no more changes to miss, and is no reason to miss those of all others. */
    static Optional<String> ofMissing(TableId id) {
        if (id.equals(CaptureOptions.HEARTBEAT) || id.equals(CaptureOptions.PROGRESS)) {
            return Optional.of("table " + id + " of rowmesh's own is gone: run `rowmesh prepare`");
        }
        LOG.warn("table {} does not exist (any more) and is left out of the capture; should it be created again, run `rowmesh prepare`", id);
        return Optional.empty();
    }

    private static Optional<String> ofPublication(Connection connection, String publication) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUBLICATION)) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.of("publication " + publication + " does not exist: run `rowmesh prepare`");
                }
                return row.getBoolean(1) ? Optional.empty() : Optional.of("publication " + publication
                        + " leaves out some kinds of changes: set its publish option to 'insert, update, delete, truncate'");
            }
        }
    }

    private static boolean published(Connection connection, String publication, TableId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
            statement.setString(1, publication);
            statement.setString(2, id.schema());
            statement.setString(3, id.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** What is wrong with a table, without its name. */
    static List<String> ofTable(CatalogTable table) {
        List<String> problems = new ArrayList<>();
        if (table.kind() != 'r') {
            problems.add("only ordinary tables can be captured: name the partitions of a partitioned table");
        }
        if (table.persistence() != 'p') {
            problems.add("it is unlogged, so its changes are not in the log: alter table ... set logged");
        }
        if (!table.usableKey()) {
            problems.add("it has no primary key, or a deferrable one: add a primary key that is not deferrable");
        }
        if (table.replicaIdentity() != 'd' && table.replicaIdentity() != 'f') {
            problems.add("its replica identity is neither default nor full: alter table ... replica identity default");
        }
        problems.addAll(notCarried(table));
        return problems;
    }

    /**
     * What about the names and types of a table cannot be carried exactly, one sentence each without its name; empty when
     * nothing is wrong, or when there is no such table.
     */
    public static List<String> notCarried(Connection connection, TableId id) throws SQLException {
        return Catalog.read(connection, id).map(CaptureCheck::notCarried).orElse(List.of());
    }

    private static List<String> notCarried(CatalogTable table) {
        List<String> problems = new ArrayList<>();
        CarriableNames.ofTable(table.id()).ifPresent(problems::add);
        CarriableNames.ofColumns(table.columns()).ifPresent(problems::add);
        table.columns().forEach(column -> UnsupportedTypes.ofColumn(column).ifPresent(problems::add));
        table.columns().stream().filter(CatalogColumn::key)
                .forEach(column -> UnsupportedTypes.ofKey(column).ifPresent(problems::add));
        return problems;
    }
}
