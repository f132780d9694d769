package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;

import java.util.List;

/** A table of a simulated database: for each key the chain of its row versions, newest first. */
final class Table {

    /** Of heartbeats, one row for each region: what it had seen. */
    static final TableShape HEARTBEAT = shape("rowmesh", "heartbeat");

    final int number;
    final TableShape shape;
    final Tuple[] slots;
    /** Tombstones of its keys; the last slot is the whole table's. */
    final Tuple[] tombstones;
    /** What is kept beside a table with counters; null for others. */
    final KeyDeletes beside;
    /** What is kept of its keys; the last slot is the whole table's. */
    final Tuple[] states;
    /** Under unique: newest-wins the hidden rows, and the true versions of rows that were moved. */
    final Tuple[] hidden;
    final Tuple[] moved;
    /** Who keeps other writers out of the table. */
    DbTransaction exclusive;

    Table(int number, TableShape shape, int keys, int regions) {
        this.number = number;
        this.shape = shape;
        this.slots = new Tuple[keys];
        this.tombstones = new Tuple[keys + 1];
        this.states = new Tuple[keys + 1];
        this.hidden = new Tuple[keys];
        this.moved = new Tuple[keys];
        this.beside = shape == CounterRows.SHAPE ? new KeyDeletes(keys, regions) : null;
    }

    static TableShape shape(String schema, String name) {
        return new TableShape(new TableId(schema, name), List.of(new Column("id", "integer", true), new Column("v", "text", false)));
    }

    /** All but the key, as a tuple holds it. */
    String text(Row row) {
        return shape == UniqueRows.SHAPE ? UniqueRows.text(row) : SiblingRows.is(shape) ? SiblingRows.text(row) : shape == WideRows.SHAPE ? WideRows.text(row) : shape == CounterRows.SHAPE ? CounterRows.text(row) : row.get(1);
    }

    Row row(int slot, String text) {
        return shape == UniqueRows.SHAPE ? UniqueRows.row(slot, text) : SiblingRows.is(shape) ? SiblingRows.row(slot, text)
                : shape == WideRows.SHAPE ? WideRows.row(slot, text) : shape == CounterRows.SHAPE ? CounterRows.row(slot, text)
                : new Row(World.KEYS[slot], text);
    }

    int wholeTable() {
        return slots.length;
    }
}
