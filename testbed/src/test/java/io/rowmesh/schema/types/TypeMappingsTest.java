package io.rowmesh.schema.types;

import io.rowmesh.schema.types.TestingTypeCells.Cell;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table of mappings against {@code type-cells.txt}. */
class TypeMappingsTest {

    private static final List<Cell> CELLS = TestingTypeCells.all();

    @Test
    void everyCellIsConvertedExactlyOrParked() {
        List<String> wrong = new ArrayList<>();
        for (Cell cell : CELLS) {
            String converted = converted(cell);
            if (!(cell.parked() ? converted.startsWith("parked: ") : converted.equals(cell.expected()))) {
                wrong.add(cell + " -> " + converted);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static String converted(Cell cell) {
        try {
            return TypeMappings.between(cell.source(), cell.target()).convert(cell.value());
        } catch (ValueMisfit misfit) {
            return (misfit.kind() == ValueMisfit.Kind.VALUE ? "parked: " : "refused: ") + misfit.getMessage();
        }
    }

    /** Rows travel both ways: a value that came back changed would be another one everywhere. */
    @Test
    void whatIsConvertedComesBackAndIsConvertedAgainToTheSame() throws ValueMisfit {
        int back = 0;
        for (Cell cell : CELLS) {
            TypeMapping reverse = TypeMappings.between(cell.target(), cell.source());
            if (!cell.parked() && reverse.verdict() != Verdict.REFUSED) {
                String returned = reverse.convert(cell.expected());
                assertEquals(cell.expected(), TypeMappings.between(cell.source(), cell.target()).convert(returned), cell::toString);
                back++;
            }
        }
        assertTrue(back > 500, "most pairs are mapped in both directions");
    }

    @Test
    void everyLineHasAValueThatStandsAndOneThatIsParkedIfItHasACondition() {
        Set<TypeLine> stands = new HashSet<>();
        Set<TypeLine> parks = new HashSet<>();
        for (Cell cell : CELLS) {
            (cell.parked() ? parks : stands).add(TypeMappings.table().find(TypeName.of(cell.source()), TypeName.of(cell.target())));
        }
        for (TypeLine line : TypeMappings.table().lines()) {
            assertEquals(line.verdict() != Verdict.REFUSED, stands.contains(line), () -> "a value that stands: " + line);
            assertEquals(line.verdict() == Verdict.CONDITION, parks.contains(line), () -> "a value that is parked: " + line);
        }
    }

    @Test
    void everyTypeOfALineIsOneThatTheWireNames() {
        for (TypeLine line : TypeMappings.table().lines()) {
            line.sources().forEach(source -> assertPattern(line.section().source(source)));
            line.targets().forEach(target -> assertPattern(line.section().target(target)));
        }
    }

    /** A pair that is carried in one direction only would park whatever is written at the other end. */
    @Test
    void whatIsCarriedOneWayIsCarriedTheOther() {
        List<String> oneWay = new ArrayList<>();
        for (TypeLine line : TypeMappings.table().lines()) {
            for (String source : line.sources()) {
                for (String target : line.targets()) {
                    String from = example(line.section().source(source));
                    String to = example(line.section().target(target));
                    if (line.verdict() != Verdict.REFUSED && TypeMappings.between(to, from).verdict() == Verdict.REFUSED) {
                        oneWay.add(from + " -> " + to);
                    }
                }
            }
        }
        assertEquals(List.of(), oneWay);
    }

    private static void assertPattern(String pattern) {
        String example = example(pattern);
        boolean literal = example.equals(pattern);
        assertEquals(literal ? TypeName.of(pattern).pattern() : pattern, TypeName.of(example).pattern());
    }

    private static String example(String pattern) {
        return pattern.replace("(n)", "(7)").replace("(p,s)", "(7,2)").replace("(f)", "(3)").replace("(...)", "('a')")
                .replace("schema.type", "public.\"My type\"").replace("type[]", "numeric(3,1)[]");
    }

    @Test
    void wholeNumbersAreExactWhereTheRangeOfTheTargetHoldsThatOfTheSource() {
        for (TypeLine line : TypeMappings.table().lines()) {
            for (String source : line.sources()) {
                for (String target : line.targets()) {
                    NumberTexts.Range from = NumberTexts.range(TypeName.of(line.section().source(source)));
                    NumberTexts.Range to = NumberTexts.range(TypeName.of(line.section().target(target)));
                    if (from != null && to != null) {
                        assertEquals(to.holds(from) ? Verdict.EXACT : Verdict.CONDITION, line.verdict(), source + " -> " + target);
                    }
                }
            }
        }
    }

    @Test
    void refusedPairsSayWhy() {
        assertRefused("text[]", "mysql:longtext", "no arrays");
        assertRefused("timestamp with time zone", "mysql:datetime(6)", "zone would be dropped");
        assertRefused("mysql:datetime(6)", "timestamp with time zone", "names no zone");
        assertRefused("mysql:timestamp", "timestamp without time zone", "zone would be dropped");
        assertRefused("real", "mysql:float(7,4)", "rounds");
        assertRefused("mysql:double(7,4) unsigned", "numeric", "rounds");
        assertRefused("money", "mysql:decimal(20,2)", "no type of MySQL's");
        assertRefused("public.hstore", "mysql:json", "extensions");
        assertRefused("time with time zone", "mysql:time", "keeps the zone");
        assertRefused("mysql:point", "bytea", "no type of PostgreSQL's");
        assertRefused("json", "mysql:json", "jsonb");
        assertRefused("mysql:bit(3)", "mysql:bit(4)", "same length");
    }

    @Test
    void whatNoLineNamesIsRefused() {
        assertRefused("text", "mysql:int", "no mapping");
        assertRefused("mysql:json", "text", "no mapping");
        assertRefused("uuid", "mysql:char(35)", "no mapping");
        assertRefused("bit(1)", "mysql:tinyint(1)", "no mapping");
        assertRefused("some future type", "mysql:a future type", "no mapping");
        assertRefused("text", "character varying", "no mapping");
        assertRefused("text", "mysql:varchar(99999999999)", "no mapping");
    }

    private static void assertRefused(String source, String target, String reason) {
        TypeMapping mapping = TypeMappings.between(source, target);
        assertEquals(Verdict.REFUSED, mapping.verdict(), source + " -> " + target);
        assertTrue(mapping.condition().contains(reason), mapping.condition());
        assertEquals(ValueMisfit.Kind.TYPES, assertThrows(ValueMisfit.class, () -> mapping.convert("x")).kind());
    }

    @Test
    void nullStaysNullAndTheSameTypeIsExact() throws ValueMisfit {
        assertNull(TypeMappings.between("uuid", "mysql:char(36)").convert(null));
        for (String type : List.of("mysql:datetime(3)", "mysql:float(7,4)", "mysql:point", "money", "mysql:enum('a')", "mysql:bit(3)")) {
            TypeMapping same = TypeMappings.between(type, type);
            assertEquals(Verdict.EXACT, same.verdict());
            assertEquals("0000-00-00 00:00:00.000", same.convert("0000-00-00 00:00:00.000"));
        }
    }

    @Test
    void whatAMisfitSaysHoldsNoValue() {
        for (Cell cell : CELLS) {
            boolean mayBeEndOfRange = cell.value().matches("-?\\d+");
            if (cell.parked() && cell.value().length() > 5 && !mayBeEndOfRange) {
                assertTrue(!converted(cell).contains(cell.value()), () -> converted(cell));
            }
        }
    }

    @Test
    void aTextIsParkedThatTheColumnsCharacterSetLacks() throws ValueMisfit {
        TypeMapping text = TypeMappings.between("text", "mysql:varchar(9)");
        assertEquals("é€", text.convert("é€", fit("latin1")));
        assertEquals("Ж€", text.convert("Ж€", fit("utf8mb3")));
        assertMisfit(text, "Ж", "latin1");
        assertMisfit(text, "😀", "utf8mb3");
        assertMisfit(text, "é", "ascii");
        assertMisfit(TypeMappings.between("mysql:varchar(9)", "mysql:varchar(9)"), "Ж", "latin1");
        assertEquals("Ж", TypeMappings.between("text", "mysql:varchar(9)").convert("Ж", fit("cp1251")));
    }

    @Test
    void textsAreAsLongAsTheirCharacterSetMakesThem() throws ValueMisfit {
        TypeMapping tiny = TypeMappings.between("text", "mysql:tinytext");
        assertEquals(255, tiny.convert("é".repeat(255), fit("latin1")).length());
        assertMisfit(tiny, "é".repeat(256), "latin1");
        assertMisfit(tiny, "é".repeat(128), "utf8mb3");
        assertMisfit(tiny, "e".repeat(128), "ucs2");
        assertMisfit(tiny, "e".repeat(64), "utf32");
    }

    private static void assertMisfit(TypeMapping mapping, String text, String characterSet) {
        String message = assertThrows(ValueMisfit.class, () -> mapping.convert(text, fit(characterSet))).getMessage();
        assertTrue(message.contains(characterSet), message);
    }

    private static CharacterFit fit(String characterSet) {
        return CharacterFit.of(characterSet).orElseThrow();
    }

    @Test
    void labelsAreReadAsMySqlPrintsThem() {
        assertEquals(List.of("a", "it's", "x,y", "\\", "", "Z z"), TypeName.of("mysql:enum('a','it''s','x,y','\\\\','','Z z')").members());
        assertEquals(List.of("a"), TypeName.of("mysql:set('a')").members());
    }

    @Test
    void linesThatAreNotAsTheyShouldBeAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> TypeTable.parse("[Nowhere]\n"));
        assertThrows(IllegalArgumentException.class, () -> TypeTable.parse("a | b | exact | | whole\n"));
        String heading = "[" + TypeLine.Section.MYSQL_TO_POSTGRES.heading() + "]\n";
        assertThrows(IllegalArgumentException.class, () -> TypeTable.parse(heading + "a | b | exact | but | whole\n"));
        assertThrows(IllegalArgumentException.class, () -> TypeTable.parse(heading + "a | b | refused | so | whole\n"));
        assertThrows(IllegalArgumentException.class, () -> TypeTable.parse(heading + "a, b | c | exact | | whole\nb | c | refused | so |\n"));
    }
}
