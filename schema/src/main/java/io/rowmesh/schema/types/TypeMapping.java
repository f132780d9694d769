package io.rowmesh.schema.types;

/** What the table of mappings says of one source and one target type. Immutable; conversions are pure. */
public final class TypeMapping {

    private final TypeName source;
    private final TypeName target;
    private final Verdict verdict;
    private final String condition;
    private final Converter converter;

    /** @param converter null when refused */
    TypeMapping(TypeName source, TypeName target, Verdict verdict, String condition, Converter converter) {
        this.source = source;
        this.target = target;
        this.verdict = verdict;
        this.condition = condition;
        this.converter = converter;
    }

    public Verdict verdict() {
        return verdict;
    }

    /** In words: on which condition values are carried, or why none are. Empty when exact. */
    public String condition() {
        return condition;
    }

    /** Into a column that holds every character. */
    public String convert(String text) throws ValueMisfit {
        return convert(text, CharacterFit.UNICODE);
    }

    /**
     * The target's text of a value; null stays null.
     *
     * @param characters what the target column's character set holds
     * @throws ValueMisfit when the target type cannot hold exactly this value, or the pair is refused
     */
    public String convert(String text, CharacterFit characters) throws ValueMisfit {
        if (verdict == Verdict.REFUSED) {
            throw new ValueMisfit(ValueMisfit.Kind.TYPES, condition);
        }
        return text == null ? null : converter.convert(text, new Converter.Pair(source, target, characters));
    }
}
