package io.rowmesh.node.config;

import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.stream.Endpoint;
import tools.jackson.databind.JsonNode;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** From a tree without problems to the records; here are the defaults. */
final class ConfigReader {

    private static final String URL = "postgresql://";

    private final JsonNode root;
    private final Path directory;

    ConfigReader(JsonNode root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    NodeConfig read() {
        return new NodeConfig(text(root, "region"), database(), listen(), tls(),
                list("peers", peer -> new NodeConfig.Peer(text(peer, "region"), Endpoint.parse(text(peer, "address")))),
                list("tables", table -> new NodeConfig.TableRule(TableGlob.parse(text(table, "match")), TableMode.parse(text(table, "mode")))),
                list("rules", rule -> new NodeConfig.ConflictRule(TableGlob.parse(text(rule, "match")), rules(rule))),
                directory.resolve(text(root, "data-dir")).normalize(),
                Amounts.duration(root.path("heartbeat-interval").asString("2s")),
                Amounts.duration(root.path("max-clock-skew").asString("5s")),
                Amounts.duration(root.path("max-silence").asString("7d")),
                Amounts.bytes(root.path("change-log").path("max-size").asString("10GiB")),
                list("private", columns -> new NodeConfig.PrivateColumns(TableGlob.parse(text(columns, "match")),
                        columns.path("columns").valueStream().map(JsonNode::asString).toList())),
                Amounts.duration(root.path("conflict-history").path("keep").asString("30d")));
    }

    private static TableRules rules(JsonNode rule) {
        Map<String, ColumnRule> columns = new HashMap<>();
        rule.path("columns").properties().forEach(column -> columns.put(column.getKey(), ColumnRule.parse(column.getValue().asString())));
        return new TableRules(RowRule.parse(text(rule, "rule")), columns,
                rule.path("groups").valueStream().map(ConfigReader::texts).toList(), texts(rule.path("priority")),
                rule.path("column").asString(null), rule.path("name").asString(null), "newest-wins".equals(rule.path("unique").asString(null)));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private NodeConfig.Database database() {
        JsonNode database = root.path("database");
        DatabaseUrl url = databaseUrl(text(database, "url"));
        return new NodeConfig.Database(url.host(), url.port(), url.name(), text(database, "user"),
                Optional.ofNullable(database.path("password").asString(null)).map(Secret::new),
                database.path("sslmode").asString("prefer"),
                database.path("slot").asString("rowmesh_" + text(root, "region").replace('-', '_')),
                database.path("publication").asString("rowmesh"));
    }

    private NodeConfig.Listen listen() {
        JsonNode listen = root.path("listen");
        return new NodeConfig.Listen(Endpoint.parse(text(listen, "shipping")), Endpoint.parse(text(listen, "admin")));
    }

    private Optional<NodeConfig.Tls> tls() {
        JsonNode tls = root.path("tls");
        return tls.isMissingNode() ? Optional.empty()
                : Optional.of(new NodeConfig.Tls(path(tls, "certificate"), path(tls, "key"), path(tls, "authority")));
    }

    private <T> List<T> list(String key, Function<JsonNode, T> item) {
        return root.path(key).valueStream().map(item).toList();
    }

    private Path path(JsonNode section, String key) {
        return directory.resolve(text(section, key)).normalize();
    }

    private static String text(JsonNode section, String key) {
        return section.required(key).asString();
    }

    record DatabaseUrl(String host, int port, String name) {
    }

    /** Reads {@code postgresql://host:5432/database}; the port is 5432 when left out, the name may be percent-encoded. */
    static DatabaseUrl databaseUrl(String url) {
        int slash = url.startsWith(URL) ? url.indexOf('/', URL.length()) : -1;
        if (slash < 0 || slash == url.length() - 1 || url.contains("@")) {
            throw new IllegalArgumentException("expected an address such as postgresql://host:5432/database");
        }
        String address = url.substring(URL.length(), slash);
        Endpoint endpoint = Endpoint.parse(address.matches(".*:[0-9]+") && !address.endsWith("]") ? address : address + ":5432");
        String name = URLDecoder.decode(url.substring(slash + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
        return new DatabaseUrl(endpoint.host(), endpoint.port(), name);
    }
}
