package io.rowmesh.node.prepare;

/**
 * A column of a table whose rule asks something of it.
 *
 * @param type as {@code format_type} prints it
 */
public record RuleColumn(String name, String type, boolean key, boolean notNull, boolean generated) {
}
