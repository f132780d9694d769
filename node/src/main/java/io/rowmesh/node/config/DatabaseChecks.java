package io.rowmesh.node.config;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What belongs to which kind of database, and what is offered on it. */
final class DatabaseChecks {

    private static final List<String> OF_POSTGRES = List.of("url", "slot", "publication");
    private static final List<String> OF_MYSQL = List.of("host", "port", "name", "schema", "server-id");
    private static final Map<String, List<String>> REQUIRED = Map.of("postgres", List.of("url"), "mysql", List.of("host", "name"));
    private static final List<String> SYSTEM = List.of("mysql", "sys", "information_schema", "performance_schema", "rowmesh");

    private final YamlDocument document;
    private final JsonNode database;
    private final boolean mySql;

    DatabaseChecks(YamlDocument document) {
        this.document = document;
        this.database = document.tree().path("database");
        this.mySql = DatabaseReader.MYSQL.equals(database.path("kind").asString(null));
    }

    void check() {
        if (!database.isObject() || document.faulty("/database/kind")) {
            return;
        }
        belongs();
        required();
        if (mySql) {
            value("port", DatabaseReader::port);
            value("server-id", DatabaseReader::serverId);
            value("name", name -> reserved("name", name));
            value("schema", schema -> reserved("schema", schema));
            rules();
        } else {
            value("url", DatabaseReader::postgresAddress);
        }
    }

    private void belongs() {
        for (String key : mySql ? OF_POSTGRES : OF_MYSQL) {
            if (database.has(key)) {
                document.problem("/database/" + key, "'database." + key + "' belongs to a " + (mySql ? "PostgreSQL" : "MySQL")
                        + " database, and this is a " + (mySql ? "MySQL" : "PostgreSQL") + " one: " + instead(key));
            }
        }
    }

    private String instead(String key) {
        if (!mySql) {
            return List.of("host", "port", "name").contains(key) ? "give its address in 'database.url', or say 'kind: mysql'"
                    : "leave it out, or say 'kind: mysql'";
        }
        return key.equals("url") ? "give 'database.host', 'database.port' and 'database.name'" : "leave it out";
    }

    private void required() {
        for (String key : REQUIRED.get(mySql ? "mysql" : "postgres")) {
            if (!database.has(key)) {
                String meaning = SchemaNodes.root().at("/properties/database/properties/" + key + "/description").asString();
                document.problem("/database/" + key, "'database." + key + "' is missing: " + meaning);
            }
        }
    }

    private void value(String key, Consumer<String> parser) {
        String at = "/database/" + key;
        JsonNode value = document.tree().at(at);
        if (!value.isValueNode() || value.isNull() || document.faulty(at)) {
            return;
        }
        try {
            parser.accept(value.asString());
        } catch (IllegalArgumentException e) {
            String shown = document.confidential(at) ? "" : " is '" + value.asString() + "'";
            document.problem(at, "'database." + key + "'" + shown + ": " + e.getMessage());
        }
    }

    /** Tables under these schemas never take part. */
    private static void reserved(String key, String name) {
        if (SYSTEM.contains(name) || name.startsWith("pg_")) {
            throw new IllegalArgumentException("which is reserved: "
                    + (key.equals("name") ? "name the database of the application" : "choose another schema"));
        }
    }

    /** The versions and the merging of every other rule are kept by triggers and functions that only PostgreSQL has. */
    private void rules() {
        for (int i = 0; i < document.tree().at("/rules").size(); i++) {
            String at = "/rules/" + i;
            JsonNode rule = document.tree().at(at);
            String match = rule.path("match").asString("");
            String label = rule.path("rule").asString("");
            if (!document.faulty(at + "/rule") && !label.isEmpty() && !label.equals("last-write-wins")) {
                notOffered(at + "/rule", label, match);
            } else if (rule.has("columns")) {
                notOffered(at + "/columns", "last-write-wins with 'columns'", match);
            } else if ("newest-wins".equals(rule.path("unique").asString(null))) {
                notOffered(at + "/unique", "unique: newest-wins", match);
            }
        }
    }

    private void notOffered(String at, String rule, String match) {
        document.problem(at, "'" + YamlDocument.path(at) + "': " + rule + " for " + match
                + " is not offered on MySQL yet: only last-write-wins is, in this region and for these tables in all regions");
    }
}
