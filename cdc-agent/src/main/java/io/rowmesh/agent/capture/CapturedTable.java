package io.rowmesh.agent.capture;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableShape;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;

/** How Debezium's rows of one table become ours. Belongs to one schema of Debezium's, which is made anew when the table changes. */
final class CapturedTable {

    private final TableShape shape;
    private final Field[] fields;
    private final boolean wholeBefore;

    /**
     * @param fields      for each column of the shape, where Debezium's rows have it
     * @param wholeBefore whether before-images have all columns, not just the key
     */
    CapturedTable(TableShape shape, Field[] fields, boolean wholeBefore) {
        this.shape = shape;
        this.fields = fields;
        this.wholeBefore = wholeBefore;
    }

    TableShape shape() {
        return shape;
    }

    boolean hasWholeBefore() {
        return wholeBefore;
    }

    /** @throws CaptureException when the key is not there */
    Row after(Struct image) {
        String[] values = new String[fields.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(image, i);
        }
        return requireKey(new Row(values));
    }

    /** An old image. The log has null for what it does not hold, so without a single other value only the key is there. */
    Row before(Struct image) {
        Row row = after(image);
        return wholeBefore && hasMoreThanKey(row) ? row : keyOnly(row);
    }

    private boolean hasMoreThanKey(Row row) {
        for (int i = 0; i < row.size(); i++) {
            if (!shape.columns().get(i).key() && row.get(i) != null) {
                return true;
            }
        }
        return false;
    }

    private Row keyOnly(Row row) {
        String[] values = new String[row.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = shape.columns().get(i).key() ? row.get(i) : Row.ABSENT;
        }
        return new Row(values);
    }

    /** A value in doubt counts as not in the log, and is looked up; a key cannot be, and is taken for what is likely. */
    private String value(Struct image, int position) {
        String text = (String) image.get(fields[position]);
        return ValueText.inDoubt(text) && !shape.columns().get(position).key() ? Row.ABSENT : text;
    }

    private Row requireKey(Row row) {
        for (int i = 0; i < row.size(); i++) {
            Column column = shape.columns().get(i);
            if (column.key() && (row.get(i) == null || row.isAbsent(i))) {
                throw new CaptureException("a change of table " + shape.id() + " came without its key column " + column.name()
                        + ": was the primary key changed while writes were under way?");
            }
        }
        return row;
    }
}
