package io.rowmesh.testbed.simulation;

import java.util.Arrays;

/** Numbers objects by who they are, in the order in which they are met. For one thread. */
final class IdentityNumbers {

    private Object[] objects = new Object[512];
    private int size;
    /** Places of a hash table: the number of the object plus one; 0 for a free one. At most half are taken. */
    private int[] table = new int[1_024];

    /** The number that the object has already; -1 when it is met only now, and gets the next one. */
    int number(Object object) {
        int at = at(object);
        if (table[at] != 0) {
            return table[at] - 1;
        }
        if (size == objects.length) {
            grow();
            at = at(object);
        }
        objects[size++] = object;
        table[at] = size;
        return -1;
    }

    private int at(Object object) {
        int hash = System.identityHashCode(object);
        int at = (hash ^ hash >>> 15) & table.length - 1;
        while (table[at] != 0 && objects[table[at] - 1] != object) {
            at = at + 1 & table.length - 1;
        }
        return at;
    }

    private void grow() {
        objects = Arrays.copyOf(objects, 2 * size);
        table = new int[4 * size];
        for (int i = 0; i < size; i++) {
            table[at(objects[i])] = i + 1;
        }
    }

    Object object(int number) {
        return objects[number];
    }

    int size() {
        return size;
    }

    void clear() {
        Arrays.fill(objects, 0, size, null);
        Arrays.fill(table, 0);
        size = 0;
    }
}
