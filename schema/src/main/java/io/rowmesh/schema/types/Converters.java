package io.rowmesh.schema.types;

import java.util.Map;

/** The conversions that lines of the table name. */
final class Converters {

    private static final Map<String, Converter> BY_NAME = Map.ofEntries(
            Map.entry("whole", NumberTexts::whole),
            Map.entry("decimal", NumberTexts::decimal),
            Map.entry("year", NumberTexts::year),
            Map.entry("float", FloatTexts::single),
            Map.entry("double", FloatTexts::dual),
            Map.entry("widened", FloatTexts::widened),
            Map.entry("narrowed", FloatTexts::narrowed),
            Map.entry("to-boolean", BinaryTexts::toBoolean),
            Map.entry("of-boolean", BinaryTexts::ofBoolean),
            Map.entry("bit", BinaryTexts::bit),
            Map.entry("bits", BinaryTexts::bits),
            Map.entry("bytes", BinaryTexts::bytes),
            Map.entry("uuid", BinaryTexts::uuid),
            Map.entry("uuid-to-bytes", BinaryTexts::uuidToBytes),
            Map.entry("bytes-to-uuid", BinaryTexts::bytesToUuid),
            Map.entry("text", CharacterTexts::convert),
            Map.entry("label", MemberTexts::label),
            Map.entry("set", MemberTexts::set),
            Map.entry("set-of-text", MemberTexts::setOfText),
            Map.entry("date", TemporalTexts::date),
            Map.entry("datetime", TemporalTexts::datetime),
            Map.entry("instant", TemporalTexts::instant),
            Map.entry("time", TemporalTexts::time),
            Map.entry("time-to-interval", TemporalTexts::timeToInterval),
            Map.entry("interval-to-time", TemporalTexts::intervalToTime),
            Map.entry("json-to-jsonb", JsonTexts::toJsonb),
            Map.entry("jsonb-to-json", JsonTexts::toMySql),
            Map.entry("json", JsonTexts::betweenMySql),
            Map.entry("text-to-json", JsonTexts::checked));

    private Converters() {
    }

    /** @throws IllegalArgumentException when the table names none of them */
    static Converter named(String name) {
        Converter converter = BY_NAME.get(name);
        if (converter == null) {
            throw new IllegalArgumentException("the table of type mappings names a conversion that does not exist: " + name);
        }
        return converter;
    }
}
