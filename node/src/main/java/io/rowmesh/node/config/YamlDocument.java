package io.rowmesh.node.config;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.ArrayNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A YAML text as a JSON tree, with the line of every value and with what is wrong before any schema is asked: broken YAML,
 * a key twice, a value left empty, a reference that leads nowhere. Places are JSON pointers such as {@code /peers/0/region}.
 */
final class YamlDocument {

    private final String file;
    private final References references;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private final Set<String> faulty = new java.util.HashSet<>();
    private final Set<String> referred = new java.util.HashSet<>();
    private final JsonNode tree;

    YamlDocument(String file, String text, References references) {
        this.file = file;
        this.references = references;
        this.tree = parse(text);
    }

    /** The values that are there and not faulty. */
    JsonNode tree() {
        return tree;
    }

    List<Problem> problems() {
        return problems;
    }

    /** The line of a value, or of the nearest place around it that is in the file. */
    int line(String pointer) {
        String at = pointer;
        while (!lines.containsKey(at) && !at.isEmpty()) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        return lines.getOrDefault(at, 0);
    }

    /** Whether a problem of this very place is known already. */
    boolean faulty(String pointer) {
        return faulty.contains(pointer);
    }

    /** Whether the value came from a file or the environment, or is a password, and must not be printed. */
    boolean confidential(String pointer) {
        return referred.contains(pointer) || pointer.endsWith("/password") || pointer.equals("/database/url");
    }

    /** Notes a problem; one for each place, the first found. */
    void problem(String pointer, String message) {
        if (faulty.add(pointer)) {
            problems.add(new Problem(file, line(pointer), message));
        }
    }

    /** {@code /peers/0/region} as a person writes it: {@code peers[0].region}. */
    static String path(String pointer) {
        String path = pointer.replaceAll("/([0-9]+)(?=/|$)", "[$1]").replace('/', '.').replace("~1", "/").replace("~0", "~");
        return path.startsWith(".") ? path.substring(1) : path;
    }

    /** A key as a part of a pointer. */
    static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    private JsonNode parse(String text) {
        // Duplicates are let through here, so that they do not hide the problems behind them.
        LoadSettings settings = LoadSettings.builder().setLabel(file).setAllowDuplicateKeys(true).build();
        try {
            Node root = new Compose(settings).composeString(text).orElse(null);
            if (root == null) {
                problems.add(new Problem(file, 0, "the file is empty"));
                return MissingNode.getInstance();
            }
            return convert("", root);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(-1) + 1;
            problems.add(new Problem(file, line, "not readable as YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(new Problem(file, 0, "not readable as YAML: " + e.getMessage().lines().findFirst().orElse("")));
        }
        return MissingNode.getInstance();
    }

    private JsonNode convert(String pointer, Node node) {
        lines.putIfAbsent(pointer, line(node));
        if (node.isRecursive()) {
            problem(pointer, "'" + path(pointer) + "' contains itself");
            return MissingNode.getInstance();
        }
        if (node instanceof MappingNode mapping) {
            return mapping(pointer, mapping);
        }
        return node instanceof SequenceNode sequence ? sequence(pointer, sequence) : scalar(pointer, (ScalarNode) node);
    }

    private JsonNode mapping(String pointer, MappingNode mapping) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Map<String, Integer> firstLines = new HashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : entry.getKeyNode().toString();
            String at = pointer + "/" + escaped(key);
            Integer first = firstLines.putIfAbsent(key, line(entry.getKeyNode()));
            if (first != null) {
                problems.add(new Problem(file, line(entry.getKeyNode()), "'" + path(at) + "' is given twice, first in line " + first));
                continue;
            }
            lines.put(at, line(entry.getKeyNode()));
            JsonNode value = convert(at, entry.getValueNode());
            // A faulty value stays as a null: its key is not also "missing".
            object.set(key, value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value);
        }
        return object.isEmpty() ? empty(pointer) : object;
    }

    private JsonNode sequence(String pointer, SequenceNode sequence) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        int i = 0;
        for (Node item : sequence.getValue()) {
            JsonNode value = convert(pointer + "/" + i++, item);
            array.add(value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value);
        }
        return array.isEmpty() ? empty(pointer) : array;
    }

    private JsonNode scalar(String pointer, ScalarNode node) {
        Tag tag = node.getTag();
        if (Tag.NULL.equals(tag) || node.getValue().isBlank()) {
            return empty(pointer);
        }
        if (!Tag.STR.equals(tag) && !Tag.ENV_TAG.equals(tag)) {
            return notText(node.getValue());
        }
        References.Resolved resolved = references.resolve(node.getValue());
        if (!node.getValue().equals(resolved.text())) {
            referred.add(pointer);
        }
        if (resolved.problem() != null) {
            problem(pointer, "'" + path(pointer) + "': " + resolved.problem());
            return MissingNode.getInstance();
        }
        return JsonNodeFactory.instance.stringNode(resolved.text());
    }

    /** Nearly every value is a text: the schema says so, with the place. A few may be whole numbers, in plain decimal digits. */
    private static JsonNode notText(String value) {
        return value.matches("0|[1-9][0-9]{0,17}") ? JsonNodeFactory.instance.numberNode(Long.parseLong(value))
                : JsonNodeFactory.instance.booleanNode(false);
    }

    private JsonNode empty(String pointer) {
        problem(pointer, pointer.isEmpty() ? "the file is empty"
                : "'" + path(pointer) + "' is empty: give it a value, or leave the key out");
        return MissingNode.getInstance();
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    }
}
