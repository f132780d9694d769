package io.rowmesh.applier.mysql;

import io.rowmesh.schema.mysql.MySqlFloats;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;

/** The exact texts of values, from what the server answers and to the parameters of its statements. */
final class MySqlValues {

    private static final String HEX = "\\x";
    static final String UTC = "+00";

    private MySqlValues() {
    }

    /** @param read by {@link MySqlKind#reading}; null for SQL NULL */
    static String text(MySqlColumn column, String read) {
        if (read == null) {
            return null;
        }
        return switch (column.kind()) {
            // A float's value as a double, so no digit is lost and none is won.
            case FLOAT -> MySqlFloats.text((float) Double.parseDouble(read));
            case DOUBLE -> MySqlFloats.text(Double.parseDouble(read));
            case BIT -> "0".repeat(Math.max(0, column.length() - read.length())) + read;
            case BINARY, BYTES, GEOMETRY -> HEX + read;
            case TIMESTAMP -> read + UTC;
            case INTEGER, DECIMAL, CHAR, TEXT, DATE, DATETIME, TIME, YEAR, ENUM, SET, JSON -> read;
        };
    }

    /**
     * Binds a value to be written into a column.
     *
     * @throws SQLException of class 22 when the column would hold another one
     */
    static void bind(PreparedStatement statement, int parameter, MySqlColumn column, String text) throws SQLException {
        if (text == null) {
            statement.setNull(parameter, Types.NULL);
            return;
        }
        ValueFit.require(column, text);
        switch (column.kind()) {
            // As literals of a number: a string would be compared as a double.
            case INTEGER, DECIMAL -> statement.setBigDecimal(parameter, new BigDecimal(text));
            case BIT -> statement.setBigDecimal(parameter, new BigDecimal(new BigInteger(text, 2)));
            case FLOAT -> statement.setString(parameter, Double.toString((double) Float.parseFloat(text)));
            case DOUBLE, CHAR, TEXT, DATE, DATETIME, TIME, YEAR, ENUM, SET, JSON -> statement.setString(parameter, text);
            case TIMESTAMP -> statement.setString(parameter, text.substring(0, text.length() - UTC.length()));
            case BINARY, BYTES, GEOMETRY -> statement.setBytes(parameter, bytes(text));
        }
    }

    static byte[] bytes(String text) {
        return HexFormat.of().parseHex(text, HEX.length(), text.length());
    }
}
