package io.rowmesh.agent.binlog;

import java.util.List;
import java.util.stream.Collectors;

/** From what the log says of a column to the name of its type and the reader of its values. */
final class ColumnTypes {

    static final int TINY = 1;
    static final int SHORT = 2;
    static final int LONG = 3;
    static final int FLOAT = 4;
    static final int DOUBLE = 5;
    static final int TIMESTAMP = 7;
    static final int LONGLONG = 8;
    static final int INT24 = 9;
    static final int DATE = 10;
    static final int TIME = 11;
    static final int DATETIME = 12;
    static final int YEAR = 13;
    static final int VARCHAR = 15;
    static final int BIT = 16;
    static final int TIMESTAMP2 = 17;
    static final int DATETIME2 = 18;
    static final int TIME2 = 19;
    static final int VECTOR = 242;
    static final int JSON = 245;
    static final int NEWDECIMAL = 246;
    static final int ENUM = 247;
    static final int SET = 248;
    static final int BLOB = 252;
    static final int VAR_STRING = 253;
    static final int STRING = 254;
    static final int GEOMETRY = 255;

    private static final List<String> GEOMETRIES = List.of("geometry", "point", "linestring", "polygon", "multipoint",
            "multilinestring", "multipolygon", "geomcollection");
    private static final List<String> SIZES = List.of("tiny", "", "medium", "long");

    /**
     * @param type      its number, of enums and sets their own
     * @param meta      what the log says beside it; of strings and decimals the length or precision, in the higher byte of a decimal
     * @param unsigned  of numbers
     * @param collation number of texts, enums and sets
     * @param members   of enums and sets, in their own character set
     * @param geometry  number of the kind of geometry
     */
    record Described(int type, int meta, boolean unsigned, int collation, List<byte[]> members, int geometry) {
    }

    record Known(String name, ValueReader reader) {
    }

    private ColumnTypes() {
    }

    /** @throws BinlogException with what is wrong with the column alone when its values cannot be read exactly */
    static Known of(Described column) {
        int meta = column.meta();
        return switch (column.type()) {
            case TINY -> integer("tinyint", 1, column.unsigned());
            case SHORT -> integer("smallint", 2, column.unsigned());
            case INT24 -> integer("mediumint", 3, column.unsigned());
            case LONG -> integer("int", 4, column.unsigned());
            case LONGLONG -> integer("bigint", 8, column.unsigned());
            case NEWDECIMAL -> new Known(signed("decimal(" + (meta >> 8) + "," + (meta & 255) + ")", column.unsigned()),
                    NumberReading.decimal(meta >> 8, meta & 255));
            case FLOAT -> new Known(signed("float", column.unsigned()), NumberReading::floatText);
            case DOUBLE -> new Known(signed("double", column.unsigned()), NumberReading::doubleText);
            case BIT -> new Known("bit(" + meta + ")", NumberReading.bits(meta));
            case DATE -> new Known("date", TimeReading::date);
            case YEAR -> new Known("year", TimeReading::year);
            case TIME2 -> new Known("time" + digits(meta), TimeReading.time(meta));
            case DATETIME2 -> new Known("datetime" + digits(meta), TimeReading.datetime(meta));
            case TIMESTAMP2 -> new Known("timestamp" + digits(meta), TimeReading.timestamp(meta));
            case VARCHAR, VAR_STRING -> varying(charset(column), meta);
            case STRING -> fixed(charset(column), meta);
            case BLOB -> large(charset(column), meta);
            case ENUM -> members("enum", column, TextReading::enumeration);
            case SET -> members("set", column, TextReading::set);
            case JSON -> new Known("json", JsonReading.reader(meta));
            case GEOMETRY -> new Known(GEOMETRIES.get(column.geometry()), TextReading.of(Collations.BINARY, meta));
            case TIMESTAMP, TIME, DATETIME -> throw unreadable("is a time in the format of before MySQL 5.6: alter table ... force");
            default -> throw unreadable("has a type (number " + column.type() + ") that rowmesh cannot carry: leave its table out"
                    + " of the configuration");
        };
    }

    private static BinlogException unreadable(String what) {
        return BinlogException.lasting(what);
    }

    private static Known integer(String name, int bytes, boolean unsigned) {
        return new Known(signed(name, unsigned), NumberReading.integer(bytes, unsigned));
    }

    private static String signed(String name, boolean unsigned) {
        return unsigned ? name + " unsigned" : name;
    }

    private static String digits(int digits) {
        return digits == 0 ? "" : "(" + digits + ")";
    }

    private static Collations charset(Described column) {
        Collations charset = Collations.of(column.collation());
        if (charset == null) {
            throw unreadable("has a character set (collation number " + column.collation() + " of information_schema.collations) that"
                    + " cannot be read exactly: convert it to utf8mb4, or leave its table out of the configuration");
        }
        return charset;
    }

    private static Known varying(Collations charset, int bytes) {
        String name = charset == Collations.BINARY ? "varbinary" : "varchar";
        return new Known(name + "(" + bytes / charset.bytesPerCharacter() + ")", TextReading.of(charset, bytes > 255 ? 2 : 1));
    }

    private static Known fixed(Collations charset, int bytes) {
        if (charset == Collations.BINARY) {
            return new Known("binary(" + bytes + ")", TextReading.fixedBinary(bytes));
        }
        return new Known("char(" + bytes / charset.bytesPerCharacter() + ")", TextReading.of(charset, bytes > 255 ? 2 : 1));
    }

    private static Known large(Collations charset, int lengthBytes) {
        String name = SIZES.get(lengthBytes - 1) + (charset == Collations.BINARY ? "blob" : "text");
        return new Known(name, TextReading.of(charset, lengthBytes));
    }

    private interface Members {
        ValueReader reader(List<String> members, int bytes);
    }

    private static Known members(String name, Described column, Members reading) {
        Collations charset = charset(column);
        // Members of a binary enum are bytes, which MySQL prints as if they were texts.
        Collations texts = charset == Collations.BINARY ? Collations.UTF8MB4 : charset;
        List<String> members = column.members().stream().map(texts::decode).toList();
        String list = members.stream().map(ColumnTypes::quoted).collect(Collectors.joining(","));
        return new Known(name + "(" + list + ")", reading.reader(members, column.meta()));
    }

    /** As MySQL writes it into COLUMN_TYPE. */
    private static String quoted(String member) {
        return "'" + member.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0") + "'";
    }
}
