package io.rowmesh.applier.write;

import io.rowmesh.applier.history.NamedRow;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.Version;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What became of a group of rows written by one statement. Indexes count from 0 in the group.
 *
 * @param written    rows inserted, updated or deleted
 * @param met        rows that were there before
 * @param deletes    tombstones over the keys of upserts; a change below a newer one is neither met nor without a row
 * @param withoutRow indexes of changes that found no row
 * @param foreign    met rows that another origin had written last
 */
public record GroupResult(int written, int met, List<MetDelete> deletes, List<Integer> withoutRow, List<MetRow> foreign) {

    /** @param columns the names of the local columns, in the order of a met row's texts */
    static GroupResult ofUpsert(ResultSet row, RegionOrigins origins, List<String> columns) throws SQLException {
        row.next();
        return new GroupResult(row.getInt(1), row.getInt(2), deletes(row), indexes(row.getArray(3)), foreign(row, 8, origins, columns));
    }

    static GroupResult ofDelete(ResultSet row, RegionOrigins origins, List<String> columns) throws SQLException {
        row.next();
        return new GroupResult(row.getInt(1), row.getInt(2), List.of(), indexes(row.getArray(3)), foreign(row, 4, origins, columns));
    }

    /** The same, where these rows turned out to stand instead of what the statement's snapshot had shown. */
    GroupResult overtakenBy(List<MetRow> standing) {
        Set<Integer> indexes = standing.stream().map(MetRow::index).collect(Collectors.toSet());
        List<MetRow> all = new ArrayList<>(foreign.stream().filter(row -> !indexes.contains(row.index())).toList());
        all.addAll(standing);
        return new GroupResult(written, met, deletes, withoutRow.stream().filter(index -> !indexes.contains(index)).toList(), all);
    }

    private static List<MetDelete> deletes(ResultSet row) throws SQLException {
        List<Integer> indexes = indexes(row.getArray(4));
        if (indexes.isEmpty()) {
            return List.of();
        }
        Long[] micros = (Long[]) row.getArray(5).getArray();
        String[] origins = (String[]) row.getArray(6).getArray();
        Boolean[] newer = (Boolean[]) row.getArray(7).getArray();
        List<MetDelete> deletes = new ArrayList<>(indexes.size());
        for (int i = 0; i < indexes.size(); i++) {
            deletes.add(new MetDelete(indexes.get(i), new Version(micros[i], origins[i]), newer[i]));
        }
        return deletes;
    }

    private static List<MetRow> foreign(ResultSet row, int first, RegionOrigins origins, List<String> columns) throws SQLException {
        List<Integer> indexes = indexes(row.getArray(first));
        if (indexes.isEmpty()) {
            return List.of();
        }
        Long[] micros = (Long[]) row.getArray(first + 1).getArray();
        Long[] numbers = (Long[]) row.getArray(first + 2).getArray();
        Boolean[] told = (Boolean[]) row.getArray(first + 3).getArray();
        Array flat = row.getArray(first + 4);
        String[] texts = flat == null ? new String[0] : (String[]) flat.getArray();
        List<MetRow> met = new ArrayList<>(indexes.size());
        int from = 0;
        for (int i = 0; i < indexes.size(); i++) {
            NamedRow stored = null;
            if (told[i]) {
                stored = new NamedRow(columns, new Row(Arrays.copyOfRange(texts, from, from + columns.size())));
                from += columns.size();
            }
            met.add(new MetRow(indexes.get(i), new Version(micros[i], origins.region(numbers[i])), stored));
        }
        return met;
    }

    private static List<Integer> indexes(Array ordinals) throws SQLException {
        if (ordinals == null) {
            return List.of();
        }
        List<Integer> indexes = new ArrayList<>();
        for (Object ordinal : (Object[]) ordinals.getArray()) {
            indexes.add(((Number) ordinal).intValue() - 1);
        }
        return indexes;
    }
}
