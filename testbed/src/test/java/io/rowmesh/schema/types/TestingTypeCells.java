package io.rowmesh.schema.types;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values at the edges of each pair of types, as {@code type-cells.txt} has them. */
final class TestingTypeCells {

    private static final Pattern REPEATED = Pattern.compile("\\{([^{}\"']+)\\*(\\d+)}");

    /** @param expected text of the target; null when the row is parked */
    record Cell(String source, String target, String value, String expected) {

        boolean parked() {
            return expected == null;
        }

        @Override
        public String toString() {
            return source + " => " + target + ": " + (value.length() > 80 ? value.substring(0, 80) + "..." : value);
        }
    }

    private TestingTypeCells() {
    }

    static List<Cell> all() {
        try (InputStream data = TestingTypeCells.class.getResourceAsStream("type-cells.txt")) {
            return parse(new String(data.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Cell> parse(String data) {
        List<Cell> cells = new ArrayList<>();
        String[] pair = null;
        for (String line : data.split("\n")) {
            if (line.startsWith("= ")) {
                pair = line.substring(2).split(" => ");
            } else if (!line.isBlank() && !line.startsWith("#")) {
                String[] cell = line.split(" -> ");
                String value = text(cell[0]);
                cells.add(new Cell(pair[0], pair[1], value, switch (cell[1]) {
                    case "same" -> value;
                    case "parked" -> null;
                    default -> text(cell[1]);
                }));
            }
        }
        return cells;
    }

    private static String text(String written) {
        boolean quoted = written.length() > 1 && written.startsWith("'") && written.endsWith("'");
        String bare = (quoted ? written.substring(1, written.length() - 1) : written).translateEscapes();
        return REPEATED.matcher(bare).replaceAll(found -> {
            int times = Integer.parseInt(found.group(2));
            return found.group(1).equals("j") ? "[".repeat(times) + "]".repeat(times)
                    : Matcher.quoteReplacement(found.group(1).repeat(times));
        });
    }
}
