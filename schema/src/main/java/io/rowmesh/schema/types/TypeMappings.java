package io.rowmesh.schema.types;

/** The one table of type mappings: {@code type-mappings.txt}, which docs/types.md shows. */
public final class TypeMappings {

    private static final TypeTable TABLE = TypeTable.load();

    private TypeMappings() {
    }

    /**
     * What becomes of values between two types as they are named on the wire. A pair that no line names is refused. PostgreSQL's types
     * are not mapped to one another, as PostgreSQL itself reads its texts.
     */
    public static TypeMapping between(String source, String target) {
        TypeName from = TypeName.of(source);
        TypeName to = TypeName.of(target);
        if (source.equals(target)) {
            return new TypeMapping(from, to, Verdict.EXACT, "", CharacterTexts.isText(to) ? CharacterTexts::same : (text, pair) -> text);
        }
        TypeLine line = TABLE.find(from, to);
        if (line == null) {
            return new TypeMapping(from, to, Verdict.REFUSED, "no mapping carries its values exactly", null);
        }
        Converter converter = line.verdict() == Verdict.REFUSED ? null : Converters.named(line.converter());
        return new TypeMapping(from, to, line.verdict(), line.condition(), converter);
    }

    static TypeTable table() {
        return TABLE;
    }
}
