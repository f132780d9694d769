package io.rowmesh.schema.types;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One table of a real database with a column of each type, to write texts of the wire into and to read them again. */
final class StoredTexts {

    private final Connection connection;
    private final boolean mySql;
    private final List<String> types;
    private int rows;

    StoredTexts(Connection connection, boolean mySql, Set<String> types) throws SQLException {
        this.connection = connection;
        this.mySql = mySql;
        this.types = new ArrayList<>(new TreeSet<>(types));
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < this.types.size(); i++) {
            columns.add("c" + i + " " + bare(this.types.get(i)) + " null");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table texts (id int primary key, " + String.join(", ", columns) + ")" + (mySql ? " character set utf8mb4" : ""));
        }
        connection.setAutoCommit(false);
    }

    private static String bare(String type) {
        return TypeName.isMySql(type) ? type.substring(TypeName.MYSQL.length()) : type;
    }

    /** What the database holds after a text was written to a column of that type, as the wire's text; what it says when it refuses it. */
    String written(String type, String text) throws SQLException {
        String column = "c" + types.indexOf(type);
        String base = TypeName.of(type).base();
        try (PreparedStatement insert = connection.prepareStatement("insert into texts (id, " + column + ") values (?, " + parameter(base) + ")")) {
            insert.setInt(1, ++rows);
            insert.setObject(2, bound(base, text), mySql ? java.sql.Types.VARCHAR : java.sql.Types.OTHER);
            insert.execute();
        } catch (SQLException refused) {
            connection.rollback();
            return "refused: " + refused.getMessage();
        }
        try (PreparedStatement select = connection.prepareStatement("select " + read(type, base, column) + " from texts where id = " + rows);
             ResultSet row = select.executeQuery()) {
            row.next();
            return read(base, row);
        } finally {
            connection.commit();
        }
    }

    private String parameter(String base) {
        if (!mySql) {
            return "?";
        }
        if (base.startsWith("bit(")) {
            return "cast(conv(?, 2, 10) as unsigned)";
        }
        return isBinary(base) ? "unhex(?)" : "?";
    }

    private String bound(String base, String text) {
        if (mySql && isBinary(base)) {
            return text.substring(2);
        }
        if (mySql && base.startsWith("float")) {
            // MySQL reads texts in double precision and would round a float's shortest text a second time.
            return Double.toString(Float.parseFloat(text));
        }
        return mySql && base.startsWith("timestamp") ? text.replace("+00", "") : text;
    }

    private static boolean isBinary(String base) {
        return base.contains("binary(") || base.endsWith("blob");
    }

    private String read(String type, String base, String column) {
        if (!mySql) {
            return "format('%s', " + column + ")";
        }
        if (base.startsWith("bit(")) {
            return "lpad(bin(" + column + " + 0), " + TypeName.of(type).number(0) + ", '0')";
        }
        // MySQL's own text of a float has six digits.
        return isBinary(base) ? "concat('\\\\x', lower(hex(" + column + ")))" : base.startsWith("float") ? column + " * 1e0" : "concat(" + column + ")";
    }

    private String read(String base, ResultSet row) throws SQLException {
        String text = row.getString(1);
        if (mySql && base.startsWith("float")) {
            return Float.toString((float) row.getDouble(1));
        }
        if (mySql && base.startsWith("double")) {
            return Double.toString(Double.parseDouble(text));
        }
        return mySql && base.startsWith("timestamp") && !text.startsWith("0000") ? text + "+00" : text;
    }
}
