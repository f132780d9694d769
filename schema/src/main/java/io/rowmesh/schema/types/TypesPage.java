package io.rowmesh.schema.types;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** docs/types.md, rendered from the table of mappings. */
public final class TypesPage {

    private static final String BEFORE = """
            # Types between PostgreSQL and MySQL

            Rendered from `schema/src/main/resources/io/rowmesh/schema/types/type-mappings.txt`, the one table by which rowmesh converts values.

            Between PostgreSQL and PostgreSQL nothing is converted: values travel as PostgreSQL's own exact texts. The same holds between MySQL
            columns of the same type, but for `json`. This page is about all other pairs.

            | verdict | what it means |
            | --- | --- |
            | exact | every value stands in the target type |
            | condition | values that meet the condition stand there exactly; the row of any other is **parked**: it is kept aside, shown by `status`, and can be retried once its cause is mended |
            | refused | a table with such a pair of columns is not replicated |

            Nothing is rounded, cut off, put into another case or zone, or replaced by something like it. A pair that no line names is refused. As
            rows travel both ways, a column needs a pair that is not refused in **each** direction.

            Letters stand for parameters: `n` a length, `p,s` precision and scale, `f` digits of a fraction of a second; `anything` is every type
            that no other line names. Parameters of source and target may differ; what then does not fit is parked. `schema.type` is a
            user-defined type, `type[]` any array.

            ## Texts

            - `varchar(n)` and `char(n)` count characters in both. MySQL's `tinytext`, `text`, `mediumtext` and `longtext` count bytes in the column's character set.
            - A MySQL column in `utf8mb4` holds all that PostgreSQL's texts hold. In a smaller set (`utf8mb3` has no emoji, `latin1` little more than western Europe) a text
              with a character that it lacks is parked.
            - MySQL's texts may hold the character NUL, PostgreSQL's may not: such rows are parked.

            ## Keys

            - A key column of MySQL's that holds text needs a binary collation that ignores spaces at the end, such as `utf8mb4_bin`. Under others (`utf8mb4_0900_ai_ci`) two rows of
              PostgreSQL's, `bob` and `Bob`, would be one in MySQL, so such keys are refused at the start.
            - Under those collations MySQL does not tell `a` from `a` with a space behind it, and PostgreSQL does. A row of such a key is parked when it comes from the other kind of database.
            """;

    private TypesPage() {
    }

    public static String render() {
        StringBuilder page = new StringBuilder(BEFORE);
        for (TypeLine.Section section : TypeLine.Section.values()) {
            page.append("\n## ").append(section.heading()).append("\n\n| source | target | verdict | condition |\n| --- | --- | --- | --- |\n");
            TypeMappings.table().lines().stream().filter(line -> line.section() == section).forEach(line -> page.append(row(line)));
        }
        return page.toString();
    }

    private static String row(TypeLine line) {
        return "| " + types(line.sources()) + " | " + types(line.targets()) + " | " + line.verdict().name().toLowerCase(Locale.ROOT)
                + " | " + line.condition() + " |\n";
    }

    private static String types(List<String> patterns) {
        return patterns.stream().map(pattern -> pattern.equals(TypeLine.ANYTHING) ? pattern : "`" + pattern + "`").collect(Collectors.joining(", "));
    }
}
