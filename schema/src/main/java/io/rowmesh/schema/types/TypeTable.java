package io.rowmesh.schema.types;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The table of mappings as it stands in {@code type-mappings.txt}: headings of {@link TypeLine.Section}s, and under each lines of source
 * types, target types, verdict, condition and converter between bars. {@code #} begins a comment.
 */
final class TypeTable {

    private static final String DATA = "type-mappings.txt";

    private final List<TypeLine> lines;
    private final Map<String, TypeLine> byPair = new HashMap<>();

    private TypeTable(List<TypeLine> lines) {
        this.lines = List.copyOf(lines);
        lines.forEach(this::index);
    }

    static TypeTable load() {
        try (InputStream data = TypeTable.class.getResourceAsStream(DATA)) {
            return parse(new String(data.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the type mappings " + DATA + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException that names the line which is not as it should be */
    static TypeTable parse(String data) {
        List<TypeLine> lines = new ArrayList<>();
        TypeLine.Section section = null;
        for (String line : data.split("\n")) {
            if (line.startsWith("[")) {
                section = section(line);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(line(section, line));
            }
        }
        return new TypeTable(lines);
    }

    private static TypeLine.Section section(String line) {
        return Arrays.stream(TypeLine.Section.values()).filter(each -> line.equals("[" + each.heading() + "]")).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no section of type mappings is called " + line));
    }

    private static TypeLine line(TypeLine.Section section, String line) {
        String[] cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
        if (section == null || cells.length != 5) {
            throw new IllegalArgumentException("a type mapping has five cells, below the heading of its section: " + line);
        }
        Verdict verdict = Verdict.valueOf(cells[2].toUpperCase(Locale.ROOT));
        if ((verdict == Verdict.EXACT) != cells[3].isEmpty() || (verdict == Verdict.REFUSED) != cells[4].isEmpty()) {
            throw new IllegalArgumentException("what is exact has no condition, and what is refused no converter: " + line);
        }
        return new TypeLine(section, List.of(cells[0].split(", ")), List.of(cells[1].split(", ")), verdict, cells[3], cells[4]);
    }

    private void index(TypeLine line) {
        for (String source : line.sources()) {
            for (String target : line.targets()) {
                String pair = pair(line.section().source(source), line.section().target(target));
                if (byPair.put(pair, line) != null) {
                    throw new IllegalArgumentException("two type mappings name " + pair);
                }
            }
        }
    }

    private static String pair(String source, String target) {
        return source + " -> " + target;
    }

    List<TypeLine> lines() {
        return lines;
    }

    /** The line that names a pair, the one with its very parameters first; null when there is none. */
    TypeLine find(TypeName source, TypeName target) {
        String anySource = (source.mySql() ? TypeName.MYSQL : "") + TypeLine.ANYTHING;
        String anyTarget = (target.mySql() ? TypeName.MYSQL : "") + TypeLine.ANYTHING;
        for (String from : List.of(source.text(), source.pattern(), anySource)) {
            for (String to : List.of(target.text(), target.pattern(), anyTarget)) {
                TypeLine line = byPair.get(pair(from, to));
                if (line != null) {
                    return line;
                }
            }
        }
        return null;
    }
}
