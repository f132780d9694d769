package io.rowmesh.node.prepare;

import com.mysql.cj.conf.PropertyDefinitions.SslMode;
import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.jdbc.MysqlDataSource;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.Secret;
import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import javax.sql.DataSource;

/** Connections to the region's database. */
public final class Databases {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    /** A user that has no grants yet may connect with it selected, and with no other. */
    private static final String EVERYBODYS = "information_schema";

    private Databases() {
    }

    /** The region's database under the node's own role. */
    public static PGSimpleDataSource dataSource(Database.Postgres database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {database.host()});
        source.setPortNumbers(new int[] {database.port()});
        source.setDatabaseName(database.name());
        source.setUser(database.user());
        source.setPassword(database.password().map(Secret::reveal).orElse(null));
        source.setSslMode(database.sslmode());
        source.setApplicationName("rowmesh");
        source.setConnectTimeout((int) CONNECT_TIMEOUT.toSeconds());
        source.setTcpKeepAlive(true);
        return source;
    }

    /**
     * The same for statements that are all short, as those of the node's pool: one that gets no answer for 60 seconds fails,
     * for example because the database's machine is gone. A migration may wait for longer than that.
     */
    public static PGSimpleDataSource quickDataSource(Database.Postgres database) {
        PGSimpleDataSource source = dataSource(database);
        source.setSocketTimeout((int) ANSWER_TIMEOUT.toSeconds());
        return source;
    }

    /**
     * The region's database under the node's own user: with the zone UTC on both sides, in utf8mb4, and with the counts of rows that
     * really changed.
     */
    public static MysqlDataSource dataSource(Database.MySql database) {
        MysqlDataSource source = new MysqlDataSource();
        try {
            source.setServerName(database.host());
            source.setPort(database.port());
            source.setDatabaseName(database.name());
            source.setUser(database.user());
            source.setPassword(database.password().map(Secret::reveal).orElse(null));
            source.setSslMode(sslMode(database.sslmode()).name());
            // Whoever switched encryption off trusts the network; elsewhere a man in the middle could ask for the password with a key of his own.
            source.setAllowPublicKeyRetrieval(database.sslmode().equals("disable"));
            source.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
            source.setTcpKeepAlive(true);
            source.setAutoReconnect(false);
            source.<String>getProperty(PropertyKey.connectionTimeZone).setValue("UTC");
            source.setForceConnectionTimeZoneToSession(true);
            source.setCharacterEncoding("UTF-8");
            source.setUseAffectedRows(true);
            source.setYearIsDateType(false);
            source.setTinyInt1isBit(false);
            // Braces in names are none of JDBC's escapes.
            source.setEnableEscapeProcessing(false);
            source.setProcessEscapeCodesForPrepStmts(false);
        } catch (SQLException e) {
            throw new IllegalStateException("the MySQL driver refuses a setting: " + e.getMessage(), e);
        }
        return source;
    }

    /** The same for statements that are all short: one that gets no answer for 60 seconds fails. */
    public static MysqlDataSource quickDataSource(Database.MySql database) {
        MysqlDataSource source = dataSource(database);
        try {
            source.setSocketTimeout((int) ANSWER_TIMEOUT.toMillis());
        } catch (SQLException e) {
            throw new IllegalStateException("the MySQL driver refuses a setting: " + e.getMessage(), e);
        }
        return source;
    }

    /** As {@link #dataSource(Database.MySql)} sets them, for whoever connects by URL: user, password, and how. */
    public static Properties properties(Database.MySql database) {
        Properties properties = dataSource(database).exposeAsProperties();
        // The driver leaves these two out, and would take the system user's name.
        properties.setProperty("user", database.user());
        database.password().map(Secret::reveal).ifPresent(password -> properties.setProperty("password", password));
        return properties;
    }

    /** How the connection is secured, in the words of those who read the binary log. */
    public static String tls(Database.MySql database) {
        return sslMode(database.sslmode()).name().toLowerCase(Locale.ROOT);
    }

    private static SslMode sslMode(String word) {
        return switch (word) {
            case "disable" -> SslMode.DISABLED;
            case "prefer" -> SslMode.PREFERRED;
            case "require" -> SslMode.REQUIRED;
            case "verify-ca" -> SslMode.VERIFY_CA;
            case "verify-full" -> SslMode.VERIFY_IDENTITY;
            default -> throw new IllegalArgumentException("unknown sslmode " + word);
        };
    }

    /**
     * Connects to look around, or throws {@link UnreachableException} with a sentence that names the place and no secret. On MySQL
     * no table is found without its database's name.
     */
    public static Connection connect(Database database) {
        try {
            return looking(database).getConnection();
        } catch (SQLException e) {
            throw new UnreachableException("cannot connect to database '" + database.name() + "' at " + database.host() + ":"
                    + database.port() + " as '" + database.user() + "': " + e.getMessage(), e);
        }
    }

    private static DataSource looking(Database database) {
        if (database instanceof Database.MySql mySql) {
            MysqlDataSource source = dataSource(mySql);
            source.setDatabaseName(EVERYBODYS);
            return source;
        }
        return dataSource((Database.Postgres) database);
    }
}
