package io.rowmesh.rules.credible;

import io.rowmesh.schema.TableId;

import java.util.Arrays;

/** The keys that one local transaction wrote, by number; of a very large one only that they are many, which stands for all. */
final class WrittenKeys {

    private static final int KNOWN = 10_000;

    private long[] numbers = new long[16];
    private long[] tables = new long[16];
    private int size;
    private boolean many;
    private TableId lastTable;
    private long lastTableNumber;

    void add(WrittenKey key) {
        many |= key.isWholeTable() || size == KNOWN;
        if (many) {
            numbers = tables = null;
            return;
        }
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size * 2);
            tables = Arrays.copyOf(tables, size * 2);
        }
        numbers[size] = key.number();
        tables[size++] = tableNumber(key);
    }

    private long tableNumber(WrittenKey key) {
        if (!key.table().equals(lastTable)) {
            lastTable = key.table();
            lastTableNumber = key.wholeTable().number();
        }
        return lastTableNumber;
    }

    /** Whether it must be taken for every key there is. */
    boolean many() {
        return many;
    }

    int size() {
        return size;
    }

    long number(int index) {
        return numbers[index];
    }

    /** The number of the whole table that the key at this index belongs to. */
    long table(int index) {
        return tables[index];
    }
}
