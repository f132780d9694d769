package io.rowmesh.schema.types;

import java.util.List;

/**
 * One line of the table of mappings.
 *
 * @param sources   patterns of source types, without {@code mysql:}, or {@link #ANYTHING}
 * @param targets   the same of target types
 * @param condition in words; empty when exact
 * @param converter its name in {@link Converters}; empty when refused
 */
record TypeLine(Section section, List<String> sources, List<String> targets, Verdict verdict, String condition, String converter) {

    /** Stands for every type that no other line of the section names. */
    static final String ANYTHING = "anything";

    /** A direction, by the heading that it has in the data and on the page. */
    enum Section {
        MYSQL_TO_POSTGRES("From MySQL to PostgreSQL", true, false),
        POSTGRES_TO_MYSQL("From PostgreSQL to MySQL", false, true),
        MYSQL_TO_MYSQL("Between MySQL columns", true, true);

        private final String heading;
        private final boolean fromMySql;
        private final boolean toMySql;

        Section(String heading, boolean fromMySql, boolean toMySql) {
            this.heading = heading;
            this.fromMySql = fromMySql;
            this.toMySql = toMySql;
        }

        String heading() {
            return heading;
        }

        String source(String pattern) {
            return (fromMySql ? TypeName.MYSQL : "") + pattern;
        }

        String target(String pattern) {
            return (toMySql ? TypeName.MYSQL : "") + pattern;
        }
    }
}
