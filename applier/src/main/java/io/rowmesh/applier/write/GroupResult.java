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
 * @param unexplained changes that were not written, and lost to nothing that the statement's snapshot had shown
 */
public record GroupResult(int written, int met, List<MetDelete> deletes, List<Integer> withoutRow, List<MetRow> foreign, long unexplained) {

    /**
     * @param changes how many there were
     * @param columns the names of the local columns, in the order of a met row's texts
     */
    static GroupResult ofUpsert(ResultSet row, int changes, RegionOrigins origins, List<String> columns) throws SQLException {
        row.next();
        List<MetDelete> deletes = deletes(row);
        long dead = deletes.stream().filter(MetDelete::newer).count();
        return new GroupResult(row.getInt(1), row.getInt(2), deletes, indexes(row.getArray(3)), foreign(row, 8, origins, columns),
                changes - dead - row.getInt(1) - row.getLong("kept"));
    }

    static GroupResult ofDelete(ResultSet row, RegionOrigins origins, List<String> columns) throws SQLException {
        row.next();
        return new GroupResult(row.getInt(1), row.getInt(2), List.of(), indexes(row.getArray(3)), foreign(row, 4, origins, columns),
                row.getInt(2) - row.getInt(1) - row.getLong("kept"));
    }

    boolean isComplete() {
        return unexplained == 0;
    }

    /**
     * With what the same statement did when it was run again, by a snapshot that shows what local writers committed while the first
     * one waited: what the changes really met.
     */
    GroupResult overtakenBy(GroupResult again) {
        Set<Integer> indexes = again.foreign.stream().map(MetRow::index).collect(Collectors.toSet());
        List<MetRow> all = new ArrayList<>(foreign.stream().filter(row -> !indexes.contains(row.index())).toList());
        all.addAll(again.foreign);
        return new GroupResult(written + again.written, met, deletes, withoutRow.stream().filter(index -> !indexes.contains(index)).toList(), all, 0);
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
