package io.rowmesh.schema.types;

/** The one table of type mappings: {@code type-mappings.txt}, which docs/types.md shows. */
public final class TypeMappings {

    /** The one type whose texts its own database does not read exactly in every case. */
    private static final String MYSQL_JSON = TypeName.MYSQL + "json";
    private static final TypeTable TABLE = TypeTable.load();

    private TypeMappings() {
    }

    /**
     * What becomes of values between two types as they are named on the wire. A pair that no line names is refused, and a type is exact in
     * itself, but for MySQL's json. PostgreSQL's types
     * are not mapped to one another, as PostgreSQL itself reads its texts.
     */
    public static TypeMapping between(String source, String target) {
        TypeName from = TypeName.of(source);
        TypeName to = TypeName.of(target);
        if (source.equals(target) && !source.equals(MYSQL_JSON)) {
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
