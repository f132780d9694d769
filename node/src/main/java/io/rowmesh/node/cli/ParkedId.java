package io.rowmesh.node.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What {@code parked list} shows in its first column.
 *
 * @param unsettled whether it is a row under the rule park, written as {@code s12}
 */
record ParkedId(boolean unsettled, long number) {

    /** From the command line. */
    static final class Converter implements ITypeConverter<ParkedId> {

        @Override
        public ParkedId convert(String text) {
            boolean unsettled = text.startsWith("s");
            try {
                return new ParkedId(unsettled, Long.parseLong(unsettled ? text.substring(1) : text));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no ID: 'rowmesh parked list' shows them, such as 12 or s12");
            }
        }
    }

    @Override
    public String toString() {
        return (unsettled ? "s" : "") + number;
    }
}
