package io.rowmesh.node.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${env:NAME}} by the environment variable and {@code ${file:PATH}} by the file's text without the line
 * break at its end. {@code $${} stands for a plain {@code ${}. Paths are relative to {@code directory}.
 */
record References(Path directory, Map<String, String> environment) {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)}?");

    /** The text with its references replaced, or what is wrong with one of them (then the other is null). */
    record Resolved(String text, String problem) {
    }

    Resolved resolve(String text) {
        Matcher references = REFERENCE.matcher(text);
        StringBuilder whole = new StringBuilder();
        while (references.find()) {
            Resolved one = references.group(1) == null ? new Resolved("${", null) : lookUp(references.group());
            if (one.problem() != null) {
                return one;
            }
            references.appendReplacement(whole, Matcher.quoteReplacement(one.text()));
        }
        return new Resolved(references.appendTail(whole).toString(), null);
    }

    private Resolved lookUp(String reference) {
        if (reference.startsWith("${env:") && reference.endsWith("}")) {
            return environment(reference.substring(6, reference.length() - 1));
        }
        if (reference.startsWith("${file:") && reference.endsWith("}")) {
            return file(reference.substring(7, reference.length() - 1));
        }
        // The reference is not printed: it may be the middle of a password.
        return problem("a reference is ${env:NAME} or ${file:PATH}; write $${ for a plain ${");
    }

    private Resolved environment(String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            return problem("the environment variable " + name + (value == null ? " is not set" : " is empty"));
        }
        return new Resolved(value, null);
    }

    private Resolved file(String path) {
        try {
            String text = Files.readString(directory.resolve(path)).replaceFirst("\\r?\\n\\z", "");
            return text.isEmpty() ? problem("the file " + path + " is empty") : new Resolved(text, null);
        } catch (NoSuchFileException e) {
            return problem("the file " + path + " does not exist");
        } catch (CharacterCodingException e) {
            return problem("the file " + path + " is not UTF-8 text");
        } catch (IOException | InvalidPathException e) {
            return problem("the file " + path + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static Resolved problem(String sentence) {
        return new Resolved(null, sentence);
    }
}
