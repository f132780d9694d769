package io.rowmesh.node.config;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/** The JSON Schema of the configuration, and what it finds wrong, in sentences. */
public final class ConfigSchema {

    private static final String RESOURCE = "/rowmesh.schema.json";

    private ConfigSchema() {
    }

    /** The schema's text, for editors. */
    public static String text() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void check(YamlDocument document) {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text());
        for (Error error : schema.validate(document.tree())) {
            report(document, error);
        }
    }

    private static void report(YamlDocument document, Error error) {
        String at = error.getInstanceLocation().toString();
        if (document.faulty(at)) {
            return;
        }
        switch (error.getKeyword()) {
            case "additionalProperties" -> unknownKey(document, at, error);
            case "required" -> document.problem(at + "/" + error.getProperty(),
                    "'" + YamlDocument.path(at + "/" + error.getProperty()) + "' is missing" + meaning(error));
            case "type" -> document.problem(at, name(at) + " must be " + form(error));
            case "enum" -> document.problem(at, value(document, at, error) + "expected one of " + choices(error)
                    + didYouMean(text(error.getInstanceNode()), choicesOf(error)));
            case "pattern" -> document.problem(at, value(document, at, error) + "expected " + description(error));
            default -> document.problem(at, name(at) + ": " + error.getMessage());
        }
    }

    private static void unknownKey(YamlDocument document, String at, Error error) {
        JsonNode known = parent(error).path("properties");
        String key = error.getProperty();
        String meant = didYouMean(key, known.propertyNames());
        String all = meant.isEmpty() ? ": known here are " + String.join(", ", known.propertyNames()) : meant;
        document.problem(at + "/" + key, "unknown key '" + YamlDocument.path(at + "/" + key) + "'" + all);
    }

    private static String didYouMean(String word, java.util.Collection<String> known) {
        return Nearest.to(word, known).map(nearest -> ": did you mean '" + nearest + "'?").orElse("");
    }

    /** What the missing key would hold, if the schema says so in place. */
    private static String meaning(Error error) {
        String text = parent(error).path("properties").path(error.getProperty()).path("description").asString("");
        return text.isEmpty() || Character.isUpperCase(text.charAt(0)) ? "" : ": " + text;
    }

    private static String form(Error error) {
        return switch (error.getSchemaNode().asString("")) {
            case "object" -> "a section with keys of its own";
            case "array" -> "a list (lines that begin with a dash)";
            case "" -> "a number or a text";     // the one place with two types
            default -> "a text" + (error.getInstanceNode().isContainer() ? "" : ": put it in quotes");
        };
    }

    private static java.util.List<String> choicesOf(Error error) {
        return error.getSchemaNode().valueStream().map(JsonNode::asString).toList();
    }

    private static String choices(Error error) {
        return choicesOf(error).stream().collect(Collectors.joining(", "));
    }

    private static String description(Error error) {
        return parent(error).path("description").asString("another form");
    }

    /** The schema object that holds the keyword. */
    private static JsonNode parent(Error error) {
        return SchemaNodes.holderOf(error.getSchemaLocation().getFragment().toString());
    }

    private static String value(YamlDocument document, String at, Error error) {
        Optional<String> shown = document.confidential(at) ? Optional.empty() : Optional.of(text(error.getInstanceNode()));
        return name(at) + shown.map(text -> " is '" + text + "': ").orElse(": ");
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asString() : value.toString();
    }

    private static String name(String at) {
        return at.isEmpty() ? "the file" : "'" + YamlDocument.path(at) + "'";
    }
}
