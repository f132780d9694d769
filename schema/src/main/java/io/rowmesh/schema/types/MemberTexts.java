package io.rowmesh.schema.types;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Enums and sets of MySQL's: labels must be members on both sides, by their exact text. */
final class MemberTexts {

    private MemberTexts() {
    }

    /** An enum's label; the empty text of a value that is no member does not go on. */
    static String label(String text, Converter.Pair pair) throws ValueMisfit {
        if (pair.source().base().equals("enum(...)") && !pair.source().members().contains(text)) {
            throw ValueMisfit.of("is MySQL's mark of an invalid label");
        }
        if (!pair.target().base().equals("enum(...)")) {
            return CharacterTexts.convert(text, pair);
        }
        if (!pair.target().members().contains(text)) {
            throw ValueMisfit.of("is no label of the enum");
        }
        return text;
    }

    /** A set into a set: the same labels, in the order of the target's definition. */
    static String set(String text, Converter.Pair pair) throws ValueMisfit {
        List<String> labels = labels(text);
        List<String> members = pair.target().members();
        Set<Integer> positions = new TreeSet<>();
        for (String label : labels) {
            if (!members.contains(label)) {
                throw ValueMisfit.of("has a label that is no member of the set");
            }
            positions.add(members.indexOf(label));
        }
        return String.join(",", positions.stream().map(members::get).toList());
    }

    /** A text into a set: MySQL would write it in its own order and drop what is there twice, so it must be in its form already. */
    static String setOfText(String text, Converter.Pair pair) throws ValueMisfit {
        if (!set(text, pair).equals(text)) {
            throw ValueMisfit.of("does not name members of the set once each, in the order of its definition");
        }
        return text;
    }

    private static List<String> labels(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
    }
}
