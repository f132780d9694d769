package io.rowmesh.applier.mysql;

import java.util.Map;
import java.util.Optional;

/** What kind of value a column of MySQL holds: how it is read as the exact text that travels. */
enum MySqlKind {

    /** A sum, as zerofill would pad the column. */
    INTEGER("(%s + 0)"),
    DECIMAL("(%s + 0)"),
    /** MySQL's own text has six digits; a product with one has all, and keeps the sign of zero. */
    FLOAT("cast(%s * 1e0 as char)"),
    DOUBLE("cast(%s * 1e0 as char)"),
    BIT("bin(%s)"),
    CHAR("%s"),
    TEXT("%s"),
    BINARY("lower(hex(%s))"),
    BYTES("lower(hex(%s))"),
    /** As texts of MySQL's own: the driver would make other ones of dates and of years. */
    DATE("cast(%s as char)"),
    DATETIME("cast(%s as char)"),
    TIMESTAMP("cast(%s as char)"),
    TIME("cast(%s as char)"),
    YEAR("cast(%s as char)"),
    ENUM("%s"),
    SET("%s"),
    JSON("%s"),
    GEOMETRY("lower(hex(%s))");

    private static final Map<String, MySqlKind> BY_NAME = Map.ofEntries(
            Map.entry("tinyint", INTEGER), Map.entry("smallint", INTEGER), Map.entry("mediumint", INTEGER), Map.entry("int", INTEGER),
            Map.entry("bigint", INTEGER), Map.entry("decimal", DECIMAL), Map.entry("float", FLOAT), Map.entry("double", DOUBLE),
            Map.entry("bit", BIT), Map.entry("char", CHAR), Map.entry("varchar", TEXT), Map.entry("tinytext", TEXT), Map.entry("text", TEXT),
            Map.entry("mediumtext", TEXT), Map.entry("longtext", TEXT), Map.entry("binary", BINARY), Map.entry("varbinary", BYTES),
            Map.entry("tinyblob", BYTES), Map.entry("blob", BYTES), Map.entry("mediumblob", BYTES), Map.entry("longblob", BYTES),
            Map.entry("date", DATE), Map.entry("datetime", DATETIME), Map.entry("timestamp", TIMESTAMP), Map.entry("time", TIME),
            Map.entry("year", YEAR), Map.entry("enum", ENUM), Map.entry("set", SET), Map.entry("json", JSON), Map.entry("geometry", GEOMETRY),
            Map.entry("point", GEOMETRY), Map.entry("linestring", GEOMETRY), Map.entry("polygon", GEOMETRY), Map.entry("multipoint", GEOMETRY),
            Map.entry("multilinestring", GEOMETRY), Map.entry("multipolygon", GEOMETRY), Map.entry("geomcollection", GEOMETRY),
            Map.entry("geometrycollection", GEOMETRY));

    private final String reading;

    MySqlKind(String reading) {
        this.reading = reading;
    }

    /** @param dataType as information_schema names it; empty when values of the type cannot be carried */
    static Optional<MySqlKind> of(String dataType) {
        return Optional.ofNullable(BY_NAME.get(dataType));
    }

    /** The expression that reads a column, before {@link MySqlValues#text}. */
    String reading(String quotedColumn) {
        return reading.formatted(quotedColumn);
    }
}
