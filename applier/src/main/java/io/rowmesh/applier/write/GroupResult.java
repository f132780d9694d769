package io.rowmesh.applier.write;

import io.rowmesh.schema.Version;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a group of rows written by one statement. Indexes count from 0 in the group.
 *
 * @param written         rows inserted, updated or deleted
 * @param met             rows that were there before
 * @param underTombstone  indexes of upserts that lost to a newer delete
 * @param withoutRow      indexes of deletes that found no row
 * @param foreign         met rows that another origin had written last
 */
public record GroupResult(int written, int met, List<Integer> underTombstone, List<Integer> withoutRow, List<MetRow> foreign) {

    static GroupResult ofUpsert(ResultSet row, RegionOrigins origins) throws SQLException {
        row.next();
        return new GroupResult(row.getInt(2), row.getInt(3), indexes(row.getArray(4)), List.of(), foreign(row, 5, origins));
    }

    static GroupResult ofDelete(ResultSet row, RegionOrigins origins) throws SQLException {
        row.next();
        return new GroupResult(row.getInt(1), row.getInt(2), List.of(), indexes(row.getArray(3)), foreign(row, 4, origins));
    }

    private static List<MetRow> foreign(ResultSet row, int first, RegionOrigins origins) throws SQLException {
        List<Integer> indexes = indexes(row.getArray(first));
        if (indexes.isEmpty()) {
            return List.of();
        }
        Long[] micros = (Long[]) row.getArray(first + 1).getArray();
        Long[] numbers = (Long[]) row.getArray(first + 2).getArray();
        List<MetRow> met = new ArrayList<>(indexes.size());
        for (int i = 0; i < indexes.size(); i++) {
            met.add(new MetRow(indexes.get(i), new Version(micros[i], origins.region(numbers[i]))));
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
