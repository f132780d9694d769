package io.rowmesh.node.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the configuration file of a node. */
public final class ConfigFile {

    private ConfigFile() {
    }

    /** Throws {@link ConfigException} with everything that is wrong. */
    public static NodeConfig load(Path file) {
        return load(file, System.getenv());
    }

    /** As {@link #load(Path)}, with another environment for {@code ${env:NAME}}. */
    public static NodeConfig load(Path file, Map<String, String> environment) {
        return parse(file.toString(), read(file), file.toAbsolutePath().getParent(), environment);
    }

    /** The same database settings at another address; throws IllegalArgumentException when the address is not one. */
    public static Database databaseAt(String url, Database other) {
        DatabaseReader.Address at = DatabaseReader.addressOf(other, url);
        return other.at(at.host(), at.port(), at.name());
    }

    static NodeConfig parse(String name, String text, Path directory, Map<String, String> environment) {
        YamlDocument document = new YamlDocument(name, text, new References(directory, environment));
        if (document.tree().isObject()) {
            ConfigSchema.check(document);
            ConfigRules.check(document, directory);
        } else if (document.problems().isEmpty()) {
            document.problem("", "the file must be a section with keys, such as 'region: eu'");
        }
        if (!document.problems().isEmpty()) {
            List<Problem> problems = new ArrayList<>(document.problems());
            problems.sort(null);
            throw new ConfigException(problems);
        }
        return new ConfigReader(document.tree(), directory).read();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "the file does not exist: name it with --config, or set ROWMESH_CONFIG");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "the file is not UTF-8 text");
        } catch (IOException e) {
            throw unreadable(file, "the file cannot be read: " + e.getMessage());
        }
    }

    private static ConfigException unreadable(Path file, String sentence) {
        return new ConfigException(List.of(new Problem(file.toString(), 0, sentence)));
    }
}
