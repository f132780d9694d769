package io.rowmesh.schema.types;

/** Converts a value's text from one type's form into another's, exactly or not at all. Pure. */
@FunctionalInterface
interface Converter {

    /** @param text of a value of the source type, not null */
    String convert(String text, Pair pair) throws ValueMisfit;

    /** @param characters what the target column's character set holds; everything on PostgreSQL */
    record Pair(TypeName source, TypeName target, CharacterFit characters) {
    }
}
