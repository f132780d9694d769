package io.rowmesh.schema;

/** A table by its exact (unquoted, case-sensitive) schema and name. */
public record TableId(String schema, String name) implements Comparable<TableId> {

    @Override
    public int compareTo(TableId other) {
        int bySchema = schema.compareTo(other.schema);
        return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    /** For people: {@code schema.name}, not quoted. */
    @Override
    public String toString() {
        return schema + "." + name;
    }
}
