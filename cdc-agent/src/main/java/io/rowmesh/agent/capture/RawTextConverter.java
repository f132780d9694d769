package io.rowmesh.agent.capture;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;

import java.util.Properties;

/**
 * Makes Debezium give every column, of whatever type, as exact text ({@link ValueText}); its own conversions lose values.
 * Debezium makes it from its class name.
 *
 * <p>What comes as text already was printed in the session of Debezium's replication connection, to which the driver announces
 * the JVM's time zone: a {@code tstzrange}, or an array or composite with {@code timestamptz} in it, names the same instants
 * with that zone's offset. Run the node in UTC and they are printed in UTC like all others.
 */
public final class RawTextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /** Parameter of a field's schema: Debezium's name of the type. */
    static final String TYPE = "rowmesh.type";

    @Override
    public void configure(Properties properties) {
        // Nothing to choose.
    }

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        registration.register(new TextSchema().optional().parameter(TYPE, column.typeName()), ValueText::of);
    }

    /** A column default must not stand in for a null (hazard H46), so it never gets into the schema. */
    private static final class TextSchema extends SchemaBuilder {

        TextSchema() {
            super(Schema.Type.STRING);
        }

        @Override
        public SchemaBuilder defaultValue(Object value) {
            return this;
        }

        /** Debezium says it again for columns that may be null, which the builder takes for an error. */
        @Override
        public SchemaBuilder optional() {
            return isOptional() ? this : super.optional();
        }
    }
}
