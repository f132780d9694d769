package io.rowmesh.schema;

/** One change of one row (or, for a truncate, of a whole table), as its origin committed it. */
public sealed interface RowChange {

    TableShape table();

    Kind kind();

    /** Rough size in memory and on the wire, in bytes. */
    int estimatedBytes();

    /** For exhaustive switches. */
    enum Kind {
        INSERT, UPDATE, DELETE, TRUNCATE;

        /** Whether no row is left by it. */
        public boolean removes() {
            return this == DELETE || this == TRUNCATE;
        }
    }

    record Insert(TableShape table, Row after) implements RowChange {
        @Override
        public Kind kind() {
            return Kind.INSERT;
        }

        @Override
        public int estimatedBytes() {
            return after.estimatedBytes();
        }
    }

    /** An update that keeps the key; a key change is a delete and an insert. {@code before} is null unless the log has it. */
    record Update(TableShape table, Row before, Row after) implements RowChange {
        @Override
        public Kind kind() {
            return Kind.UPDATE;
        }

        @Override
        public int estimatedBytes() {
            return after.estimatedBytes() + (before == null ? 0 : before.estimatedBytes());
        }

        /** The same without the row before it, so that a rule which asks what was changed takes every column. */
        public Update whole() {
            return new Update(table, null, after);
        }
    }

    /** {@code before} holds at least the key; other columns may be absent. */
    record Delete(TableShape table, Row before) implements RowChange {
        @Override
        public Kind kind() {
            return Kind.DELETE;
        }

        @Override
        public int estimatedBytes() {
            return before.estimatedBytes();
        }
    }

    record Truncate(TableShape table) implements RowChange {
        @Override
        public Kind kind() {
            return Kind.TRUNCATE;
        }

        @Override
        public int estimatedBytes() {
            return 1;
        }
    }

    /** The image that holds the key: after for insert and update, before for delete, null for truncate. */
    static Row keyImage(RowChange change) {
        return switch (change.kind()) {
            case INSERT -> ((Insert) change).after();
            case UPDATE -> ((Update) change).after();
            case DELETE -> ((Delete) change).before();
            case TRUNCATE -> null;
        };
    }
}
