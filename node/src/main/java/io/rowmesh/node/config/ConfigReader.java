package io.rowmesh.node.config;

import io.rowmesh.rules.ColumnRule;
import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.schema.stream.Endpoint;
import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** From a tree without problems to the records; here are the defaults. */
final class ConfigReader {

    private final JsonNode root;
    private final Path directory;

    ConfigReader(JsonNode root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    NodeConfig read() {
        return new NodeConfig(text(root, "region"), DatabaseReader.read(root.path("database"), text(root, "region")), listen(), tls(),
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
}
