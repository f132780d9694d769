package io.rowmesh.node.config;

import io.rowmesh.schema.stream.Endpoint;
import tools.jackson.databind.JsonNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What a JSON Schema cannot say. Looks only at values that are there and of the right form, and reports the rest. */
final class ConfigRules {

    private final YamlDocument document;
    private final Path directory;

    private ConfigRules(YamlDocument document, Path directory) {
        this.document = document;
        this.directory = directory;
    }

    static void check(YamlDocument document, Path directory) {
        ConfigRules rules = new ConfigRules(document, directory);
        rules.regions();
        rules.forms();
        new DatabaseChecks(document).check();
        rules.addresses();
        new ConflictRuleChecks(document, rules.allRegions()).check();
        for (String file : List.of("certificate", "key", "authority")) {
            rules.text("/tls/" + file, path -> rules.readable("/tls/" + file, path));
        }
    }

    private void regions() {
        Map<String, String> places = new HashMap<>();
        text("/region", region -> places.put(region, "this region itself"));
        notReserved("/region");
        for (String at : items("/peers", "/region")) {
            notReserved(at);
            text(at, region -> {
                String taken = places.putIfAbsent(region, "another peer (line " + document.line(at) + ")");
                if (taken != null) {
                    document.problem(at, "'" + YamlDocument.path(at) + "' is '" + region + "', as is " + taken + ": every region has its own id");
                }
            });
        }
    }

    private Set<String> allRegions() {
        Set<String> all = new HashSet<>();
        text("/region", all::add);
        items("/peers", "/region").forEach(at -> text(at, all::add));
        return all;
    }

    /** Its replication origin would be the one of the node's own repairs. */
    private void notReserved(String at) {
        text(at, region -> {
            if (NodeConfig.replicationOrigin(region).equals(NodeConfig.SELF_ORIGIN)) {
                document.problem(at, "'" + YamlDocument.path(at) + "' is '" + region + "', which is reserved: choose another id");
            }
        });
    }

    private void forms() {
        for (String at : List.of("/heartbeat-interval", "/max-clock-skew", "/max-silence", "/conflict-history/keep")) {
            form(at, Amounts::duration);
        }
        form("/change-log/max-size", Amounts::bytes);
        for (String list : List.of("/tables", "/rules", "/private")) {
            items(list, "/match").forEach(at -> form(at, TableGlob::parse));
        }
        form("/listen/shipping", Endpoint::parse);
        form("/listen/admin", Endpoint::parse);
        items("/peers", "/address").forEach(at -> form(at, Endpoint::parse));
    }

    private void form(String at, Consumer<String> parser) {
        text(at, value -> {
            try {
                parser.accept(value);
            } catch (IllegalArgumentException e) {
                String shown = document.confidential(at) ? "" : " is '" + value + "'";
                document.problem(at, "'" + YamlDocument.path(at) + "'" + shown + ": " + e.getMessage());
            }
        });
    }

    private void addresses() {
        boolean tls = !document.tree().path("tls").isMissingNode();
        text("/listen/admin", admin -> text("/listen/shipping", shipping -> {
            if (admin.equals(shipping) && !admin.endsWith(":0")) {
                document.problem("/listen/admin", "'listen.admin' is the address of 'listen.shipping': give each its own port");
            }
        }));
        text("/listen/shipping", value -> loopbackWithoutTls("/listen/shipping", value, tls));
        items("/peers", "/address").forEach(at -> text(at, value -> loopbackWithoutTls(at, value, tls)));
    }

    private void loopbackWithoutTls(String at, String address, boolean tls) {
        if (!tls && !Endpoint.parse(address).isLoopback()) {
            document.problem(at, "'" + YamlDocument.path(at) + "' is '" + address
                    + "', which other machines can reach or listen to: add the section 'tls', or stay on 127.0.0.1");
        }
    }

    private void readable(String at, String path) {
        if (!Files.isReadable(directory.resolve(path)) || Files.isDirectory(directory.resolve(path))) {
            document.problem(at, "'" + YamlDocument.path(at) + "': the file " + path + " does not exist or cannot be read");
        }
    }

    private void text(String at, Consumer<String> then) {
        JsonNode value = document.tree().at(at);
        if (value.isString() && !document.faulty(at)) {
            then.accept(value.asString());
        }
    }

    private List<String> items(String list, String key) {
        return java.util.stream.IntStream.range(0, document.tree().at(list).size()).mapToObj(i -> list + "/" + i + key).toList();
    }
}
