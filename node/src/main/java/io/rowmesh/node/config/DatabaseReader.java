package io.rowmesh.node.config;

import io.rowmesh.schema.stream.Endpoint;
import tools.jackson.databind.JsonNode;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/** From the section 'database', without problems, to the record of its kind; here are its defaults. */
final class DatabaseReader {

    /** The value of {@code kind} for MySQL; the other one, and the default, is {@code postgres}. */
    static final String MYSQL = "mysql";

    private static final long FIRST_DEFAULT_ID = 4_000_000_000L;
    private static final long DEFAULT_IDS = 100_000_000L;
    /** A server's number has 32 bits, and two are needed. */
    private static final long LAST_ID = 0xFFFF_FFFEL;

    private DatabaseReader() {
    }

    static Database read(JsonNode database, String region) {
        return MYSQL.equals(database.path("kind").asString(null)) ? mySql(database, region) : postgres(database, region);
    }

    private static Database.Postgres postgres(JsonNode database, String region) {
        Address address = address("postgresql", "5432", database.required("url").asString());
        return new Database.Postgres(address.host(), address.port(), address.name(), database.required("user").asString(),
                password(database), sslmode(database),
                database.path("slot").asString("rowmesh_" + region.replace('-', '_')),
                database.path("publication").asString("rowmesh"));
    }

    private static Database.MySql mySql(JsonNode database, String region) {
        String name = database.required("name").asString();
        JsonNode id = database.path("server-id");
        return new Database.MySql(database.required("host").asString(), port(database.path("port").asString("3306")), name,
                database.required("user").asString(), password(database), sslmode(database),
                database.path("schema").asString(name), id.isMissingNode() ? defaultServerId(region) : serverId(id.asString()));
    }

    private static Optional<Secret> password(JsonNode database) {
        return Optional.ofNullable(database.path("password").asString(null)).map(Secret::new);
    }

    private static String sslmode(JsonNode database) {
        return database.path("sslmode").asString("prefer");
    }

    /** Even, so that two regions' pairs of numbers are the same or have nothing in common. The same for ever. */
    static long defaultServerId(String region) {
        CRC32 hash = new CRC32();
        hash.update(region.getBytes(StandardCharsets.UTF_8));
        return FIRST_DEFAULT_ID + 2 * (hash.getValue() % DEFAULT_IDS);
    }

    static int port(String text) {
        return (int) number(text, 65_535, "the port must be a number from 1 to 65535");
    }

    static long serverId(String text) {
        return number(text, LAST_ID, "expected a number from 1 to " + LAST_ID + " (the next one is used, too)");
    }

    private static long number(String text, long last, String expected) {
        long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
        if (number < 1 || number > last) {
            throw new IllegalArgumentException(expected);
        }
        return number;
    }

    record Address(String host, int port, String name) {
    }

    static Address postgresAddress(String url) {
        return address("postgresql", "5432", url);
    }

    /** Where an administrator finds a database of this kind, by a URL. */
    static Address addressOf(Database kind, String url) {
        return kind instanceof Database.MySql ? address("mysql", "3306", url) : postgresAddress(url);
    }

    /** Reads {@code postgresql://host:5432/database}; the port may be left out, the name may be percent-encoded. */
    private static Address address(String scheme, String defaultPort, String url) {
        String start = scheme + "://";
        int slash = url.startsWith(start) ? url.indexOf('/', start.length()) : -1;
        if (slash < 0 || slash == url.length() - 1 || url.contains("@")) {
            throw new IllegalArgumentException("expected an address such as " + start + "host:" + defaultPort + "/database");
        }
        String address = url.substring(start.length(), slash);
        Endpoint endpoint = Endpoint.parse(address.matches(".*:[0-9]+") && !address.endsWith("]") ? address : address + ":" + defaultPort);
        String name = URLDecoder.decode(url.substring(slash + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
        return new Address(endpoint.host(), endpoint.port(), name);
    }
}
