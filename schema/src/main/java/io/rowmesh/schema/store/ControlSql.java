package io.rowmesh.schema.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;

/**
 * The words in which statements over the control tables differ between the databases that hold them; the tables' columns are the
 * same. Times are UTC in both.
 */
public enum ControlSql {

    POSTGRES('"', "md5(row_key)", "md5(%s)", "clock_timestamp()", "'epoch'::timestamptz + ?::bigint * interval '1 microsecond'", "?::json") {
        @Override
        public String micros(String time) {
            return "(extract(epoch from " + time + ") * 1000000)::bigint";
        }

        @Override
        public String text(String time) {
            return "rtrim(rtrim(to_char(" + time + " at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '0'), '.') || '+00'";
        }

        @Override
        public String sinceAgo() {
            return "clock_timestamp() - ?::bigint * interval '1 microsecond'";
        }
    },

    MYSQL('`', "key_digest", "unhex(sha2(%s, 256))", "utc_timestamp(6)", "timestampadd(microsecond, cast(? as signed), '1970-01-01 00:00:00.000000')", "?") {
        @Override
        public String micros(String time) {
            return "timestampdiff(microsecond, '1970-01-01', " + time + ")";
        }

        @Override
        public String text(String time) {
            return "concat(trim(trailing '.' from trim(trailing '0' from cast(" + time + " as char))), '+00')";
        }

        @Override
        public String sinceAgo() {
            return "utc_timestamp(6) - interval cast(? as signed) microsecond";
        }
    };

    private final char quote;
    private final String digest;
    private final String digestOf;
    private final String now;
    private final String time;
    private final String json;

    ControlSql(char quote, String digest, String digestOf, String now, String time, String json) {
        this.quote = quote;
        this.digest = digest;
        this.digestOf = digestOf;
        this.now = now;
        this.time = time;
        this.json = json;
    }

    /** By what the server says that it is. */
    public static ControlSql of(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("MySQL") ? MYSQL : POSTGRES;
    }

    /** Whether there are tables for rules other than last-write-wins: {@code key_state}, {@code shadow} and what belongs to them. */
    public boolean keepsKeys() {
        return this == POSTGRES;
    }

    /** A column whose name is a word of SQL in one of them. */
    public String quoted(String column) {
        return quote + column + quote;
    }

    /** What the index of a row's key holds. */
    public String digest() {
        return digest;
    }

    /** Whether the column row_key is the parameter, by the index. */
    public String keyIs() {
        return digest + " = " + digestOf.formatted("?");
    }

    /** The same, or stands for the whole table. */
    public String keyIsOrAll() {
        return digest + " in (" + digestOf.formatted("?") + ", " + digestOf.formatted("'*'") + ")";
    }

    /** The clock of the database, when the statement runs. */
    public String now() {
        return now;
    }

    /** A time that is a parameter in microseconds since 1970-01-01 UTC, or null. */
    public String time() {
        return time;
    }

    /** The text of a JSON object that is a parameter, or null. */
    public String json() {
        return json;
    }

    /** A time in microseconds since 1970-01-01 UTC, exactly. */
    public abstract String micros(String time);

    /** A time as people read it: {@code 2026-11-22 00:04:05.06+00}. */
    public abstract String text(String time);

    /** So many microseconds ago, which are the parameter. */
    public abstract String sinceAgo();

    /** So many parameters of a list. */
    public static String list(int parameters) {
        return "(" + String.join(", ", Collections.nCopies(parameters, "?")) + ")";
    }
}
