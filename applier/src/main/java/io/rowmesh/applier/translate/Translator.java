package io.rowmesh.applier.translate;

import io.rowmesh.applier.write.SqlFaults;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableShape;
import io.rowmesh.schema.types.ShapeTranslation;
import io.rowmesh.schema.types.ValueMisfit;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives changes the columns, types and texts of the local tables. PostgreSQL's changes stay as they are in PostgreSQL. What cannot be
 * translated stays as it is too, so that it is parked as it came: {@link #require} refuses it when it is to be written.
 * For one thread.
 */
public final class Translator {

    private static final String MYSQL = "mysql:";

    private final boolean toMySql;
    private final LocalTables tables;
    private final Map<TableShape, ShapeTranslation> translations = new HashMap<>();

    /** @param toMySql whether the local database is MySQL, else it is PostgreSQL */
    public Translator(boolean toMySql, LocalTables tables) {
        this.toMySql = toMySql;
        this.tables = tables;
    }

    /**
     * The same changes in the same order, each in the shape of its local table if it fits there.
     *
     * @throws SQLException when the local tables cannot be looked up just now
     */
    public List<RowChange> translate(List<RowChange> changes) throws SQLException {
        List<RowChange> translated = new ArrayList<>(changes.size());
        for (RowChange change : changes) {
            translated.add(translatedOrAsItIs(change));
        }
        return translated;
    }

    private RowChange translatedOrAsItIs(RowChange change) throws SQLException {
        try {
            return translated(change);
        } catch (SQLException refused) {
            if (SqlFaults.remedy(refused) == SqlFaults.Remedy.RETRY) {
                throw refused;
            }
            return change;
        }
    }

    /**
     * Refuses a change that does not fit the local table.
     *
     * @throws SQLException with state 22000 for a value, 42804 for types that are not mapped, 42703 for a missing column, 42830 for another
     *                      key, and what {@link LocalTables} says of a missing table
     */
    public void require(RowChange change) throws SQLException {
        translated(change);
    }

    /** Forgets what the local tables look like: after an error they may have been changed. */
    public void forgetTables() {
        translations.clear();
    }

    private RowChange translated(RowChange change) throws SQLException {
        if (!toMySql && !isOfMySql(change.table())) {
            return change;
        }
        boolean known = translations.containsKey(change.table());
        try {
            return attempt(change);
        } catch (ValueMisfit misfit) {
            // The local table may have been changed since it was looked up.
            translations.remove(change.table());
            if (known) {
                return translated(change);
            }
            throw new SQLException(misfit.getMessage(), state(misfit.kind()), misfit);
        }
    }

    private RowChange attempt(RowChange change) throws SQLException, ValueMisfit {
        ShapeTranslation translation = translation(change.table());
        return translation.changesNothing() ? change : translation.translate(change);
    }

    private static boolean isOfMySql(TableShape shape) {
        return shape.columns().stream().anyMatch(column -> column.type().startsWith(MYSQL));
    }

    private ShapeTranslation translation(TableShape shape) throws SQLException, ValueMisfit {
        ShapeTranslation known = translations.get(shape);
        if (known == null) {
            known = ShapeTranslation.between(shape, tables.columns(shape.id()));
            translations.put(shape, known);
        }
        return known;
    }

    private static String state(ValueMisfit.Kind kind) {
        return switch (kind) {
            case VALUE -> "22000";
            case TYPES -> "42804";
            case COLUMN -> "42703";
            case KEY -> "42830";
        };
    }
}
