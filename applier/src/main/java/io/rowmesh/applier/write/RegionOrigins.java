package io.rowmesh.applier.write;

import io.rowmesh.schema.Version;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The local numbers of the regions' replication origins, as {@code pg_xact_commit_timestamp_origin} reports them. They differ
 * from database to database, so versions are compared by region name; 0 is a local write.
 */
final class RegionOrigins {

    private final Map<Long, String> regionByNumber = new HashMap<>();

    private RegionOrigins() {
    }

    static RegionOrigins load(Connection connection, ApplierOptions options) throws SQLException {
        RegionOrigins origins = new RegionOrigins();
        origins.regionByNumber.put(0L, options.region());
        try (PreparedStatement query = connection.prepareStatement(
                "select roident::bigint, roname from pg_replication_origin where roname = any (?)")) {
            List<String> names = options.peers().stream().map(ApplierSession::originName).collect(Collectors.toList());
            names.add(ApplierSession.originName(ApplierSession.SELF));
            query.setArray(1, connection.createArrayOf("text", names.toArray()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    String region = rows.getString(2).substring(ApplierSession.originName("").length());
                    origins.regionByNumber.put(rows.getLong(1), region.equals(ApplierSession.SELF) ? options.region() : region);
                }
            }
        }
        return origins;
    }

    /** The region a number stands for; a foreign tool's origin gets a name no region can have. */
    String region(long number) {
        return regionByNumber.getOrDefault(number, "?" + number);
    }

    /** The local numbers that stand for a region: several for this one. */
    List<Long> numbers(String region) {
        return regionByNumber.entrySet().stream().filter(e -> e.getValue().equals(region)).map(Map.Entry::getKey).toList();
    }

    /** As an oid[] literal: the origins that lose a tie of timestamps against a change of this region, its own included. */
    String losingTies(String region) {
        return literal(region, order -> order <= 0);
    }

    /** As an oid[] literal: the origins strictly below this region. */
    String below(String region) {
        return literal(region, order -> order < 0);
    }

    /** As an oid[] literal: the numbers that stand for a region. */
    String own(String region) {
        return literal(region, order -> order == 0);
    }

    private String literal(String region, IntPredicate order) {
        return regionByNumber.entrySet().stream()
                .filter(e -> order.test(Version.compareRegions(e.getValue(), region)))
                .map(e -> e.getKey().toString()).collect(Collectors.joining(",", "{", "}"));
    }
}
