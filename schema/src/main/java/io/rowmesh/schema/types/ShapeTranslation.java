package io.rowmesh.schema.types;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * From the columns of a table at the origin to those of the local one: by exact name, in local order, with values of the local types.
 * Local columns that the origin lacks are left out, and get their defaults. Pure.
 */
public final class ShapeTranslation {

    private final TableShape source;
    private final TableShape target;
    private final List<Carried> carried;

    /** A column of the target, where its values stand in rows of the source, and how they are converted. */
    private record Carried(Column column, int position, Column from, TypeMapping mapping, CharacterFit characters) {

        /** Whether PostgreSQL tells spaces at the end of its keys apart, which MySQL's key columns do not. */
        boolean spacesTell() {
            boolean mixed = TypeName.isMySql(column.type()) != TypeName.isMySql(from.type());
            return column.key() && mixed && (CharacterTexts.isText(TypeName.of(column.type())) || CharacterTexts.isText(TypeName.of(from.type())));
        }

        String convert(String text, TableId table) throws ValueMisfit {
            try {
                String converted = mapping.convert(text, characters);
                if (spacesTell() && converted.endsWith(" ") && text.endsWith(" ")) {
                    throw ValueMisfit.of("ends with a space, and MySQL calls it equal to the key without the space");
                }
                return converted;
            } catch (ValueMisfit misfit) {
                throw new ValueMisfit(misfit.kind(), "a value of the column \"" + column.name() + "\" of table " + table + ", which is "
                        + from.type() + " at the origin and " + column.type() + " here, " + misfit.getMessage()
                        + "; change it at the origin, or give the column here a type that holds it and retry");
            }
        }
    }

    private ShapeTranslation(TableShape source, TableShape target, List<Carried> carried) {
        this.source = source;
        this.target = target;
        this.carried = carried;
    }

    /** @throws ValueMisfit when the local table lacks a column, has another key, or a type into which the origin's is not mapped */
    public static ShapeTranslation between(TableShape source, LocalColumns local) throws ValueMisfit {
        TableId table = source.id();
        Map<String, Integer> positions = positions(source);
        checkColumns(source, positions(local.shape()));
        List<Carried> carried = new ArrayList<>();
        for (Column column : local.shape().columns()) {
            Integer position = positions.get(column.name());
            if (position == null ? column.key() : column.key() != source.columns().get(position).key()) {
                throw new ValueMisfit(ValueMisfit.Kind.KEY, "table " + table + " has another primary key here than at the origin; make them the same");
            }
            if (position != null) {
                carried.add(carried(table, column, position, source.columns().get(position), local.characters(column.name())));
            }
        }
        return new ShapeTranslation(source, new TableShape(table, carried.stream().map(Carried::column).toList()), List.copyOf(carried));
    }

    private static Map<String, Integer> positions(TableShape shape) {
        List<Column> columns = shape.columns();
        return columns.stream().collect(Collectors.toMap(Column::name, columns::indexOf));
    }

    private static void checkColumns(TableShape source, Map<String, Integer> local) throws ValueMisfit {
        for (Column column : source.columns()) {
            if (!local.containsKey(column.name())) {
                throw new ValueMisfit(ValueMisfit.Kind.COLUMN, "table " + source.id() + " has no column \"" + column.name() + "\" here; add one for the "
                        + column.type() + " at the origin");
            }
        }
    }

    private static Carried carried(TableId table, Column column, int position, Column from, CharacterFit characters) throws ValueMisfit {
        TypeMapping mapping = TypeMappings.between(from.type(), column.type());
        if (mapping.verdict() == Verdict.REFUSED) {
            throw new ValueMisfit(ValueMisfit.Kind.TYPES, "the column \"" + column.name() + "\" of table " + table + " is " + from.type()
                    + " at the origin and " + column.type() + " here, which is refused: " + mapping.condition() + "; docs/types.md lists the types that fit");
        }
        return new Carried(column, position, from, mapping, characters);
    }

    /** Whether changes stay as they are: the same columns in the same order, of the same types, and with room for every character. */
    public boolean changesNothing() {
        return source.equals(target)
                && carried.stream().allMatch(each -> each.mapping().verdict() == Verdict.EXACT && each.characters().holdsEverything());
    }

    /**
     * The same change in the local shape. Values that the origin did not know stay unknown, and of the row before so does what the local
     * types cannot hold, as only its key is needed to find the row.
     *
     * @throws ValueMisfit when a value of the row, or of the key, does not stand exactly in its local column
     */
    public RowChange translate(RowChange change) throws ValueMisfit {
        return switch (change.kind()) {
            case INSERT -> new RowChange.Insert(target, row(((RowChange.Insert) change).after()));
            case UPDATE -> {
                RowChange.Update update = (RowChange.Update) change;
                yield new RowChange.Update(target, before(update.before()), row(update.after()));
            }
            case DELETE -> new RowChange.Delete(target, found(((RowChange.Delete) change).before()));
            case TRUNCATE -> new RowChange.Truncate(target);
        };
    }

    private Row row(Row from) throws ValueMisfit {
        String[] values = new String[carried.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(carried.get(i), from);
        }
        return new Row(values);
    }

    private String value(Carried column, Row from) throws ValueMisfit {
        if (from.isAbsent(column.position())) {
            return Row.ABSENT;
        }
        String text = from.get(column.position());
        return text == null ? null : column.convert(text, target.id());
    }

    /** A row before that cannot be told wholly is not told: whoever compares it would take a column for changed that was not. */
    private Row before(Row from) {
        try {
            return from == null ? null : row(from);
        } catch (ValueMisfit misfit) {
            return null;
        }
    }

    /** What is to be deleted: its key exactly, and what else can be told of it. */
    private Row found(Row from) throws ValueMisfit {
        String[] values = new String[carried.size()];
        for (int i = 0; i < values.length; i++) {
            Carried column = carried.get(i);
            values[i] = column.column().key() ? value(column, from) : valueOrAbsent(column, from);
        }
        return new Row(values);
    }

    private String valueOrAbsent(Carried column, Row from) {
        try {
            return value(column, from);
        } catch (ValueMisfit misfit) {
            return Row.ABSENT;
        }
    }
}
