package io.rowmesh.testbed.simulation;

import io.rowmesh.schema.TableShape;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * A number of 128 bits for all that is reachable from some objects: every field of every object but static ones and those that are
 * left out, and which references lead to the same object. Two states with the same number behave alike from there on; two numbers
 * for states that behave alike cost time only. Chance of a collision among a million states: below 10^-26. For one thread, again and
 * again: what it learns of classes it keeps.
 */
final class Fingerprint {

    /** The two halves. */
    record Value(long high, long low) {
    }

    private enum Kind { ARRAY, MAP, COLLECTION, OPTIONAL, NUMBER, REFERENCE, BITS, FIELDS }

    /** What is read of the objects of a class. */
    private record Reading(Kind kind, long name, Field[] longs, Field[] ints, Field[] booleans, Field[] others) {
    }

    private final Predicate<Object> opaque;
    private final Predicate<Field> leftOut;
    private final Map<Class<?>, Reading> readings = new IdentityHashMap<>();
    private final IdentityNumbers met = new IdentityNumbers();
    private long high;
    private long low;

    /**
     * @param opaque  objects of which only that they are there counts, not what they hold
     * @param leftOut fields that nothing depends on that can happen
     */
    Fingerprint(Predicate<Object> opaque, Predicate<Field> leftOut) {
        this.opaque = opaque;
        this.leftOut = leftOut;
    }

    Value of(Collection<?> roots) {
        high = 0x9e3779b97f4a7c15L;
        low = 0xc2b2ae3d27d4eb4fL;
        met.clear();
        roots.forEach(this::refer);
        for (int i = 0; i < met.size(); i++) {
            read(met.object(i));
        }
        return new Value(high, low);
    }

    private void mix(long value) {
        high = (high ^ value) * 0xff51afd7ed558ccdL;
        high ^= high >>> 32;
        low = (low + value) * 0xc4ceb9fe1a85ec53L;
        low ^= low >>> 29;
    }

    private void text(String text) {
        mix(text.length());
        for (int i = 0; i < text.length(); i++) {
            mix(text.charAt(i));
        }
    }

    /** Values are mixed in where they stand; of other objects who they are, and what they hold once. */
    private void refer(Object object) {
        if (object == null) {
            mix(1);
        } else if (object instanceof String text) {
            mix(2);
            text(text);
        } else if (object instanceof Long || object instanceof Integer || object instanceof Short || object instanceof Byte) {
            mix(3);
            mix(((Number) object).longValue());
        } else if (object instanceof Boolean bool) {
            mix(bool ? 5 : 4);
        } else if (object instanceof Enum<?> constant) {
            mix(6);
            mix(constant.ordinal());
        } else if (object instanceof TableShape shape) {
            // One for each table, whoever refers to it.
            mix(9);
            text(shape.id().name());
        } else if (object instanceof Class<?> type) {
            mix(type.getName().hashCode());
        } else {
            int before = met.number(object);
            mix(before < 0 ? 7 : 8);
            mix(before < 0 ? 0 : before);
        }
    }

    private void read(Object object) {
        Reading reading = readings.get(object.getClass());
        if (reading == null) {
            reading = reading(object);
            readings.put(object.getClass(), reading);
        }
        mix(reading.name);
        if (opaque.test(object)) {
            return;
        }
        switch (reading.kind) {
            case FIELDS -> fields(object, reading);
            case ARRAY -> array(object);
            case MAP -> {
                Map<?, ?> map = (Map<?, ?>) object;
                mix(map.size());
                map.forEach((key, value) -> {
                    refer(key);
                    refer(value);
                });
            }
            case COLLECTION -> {
                mix(((Collection<?>) object).size());
                for (Object each : (Collection<?>) object) {
                    refer(each);
                }
            }
            case OPTIONAL -> refer(((Optional<?>) object).orElse(null));
            case NUMBER -> mix(((Number) object).longValue());
            case REFERENCE -> refer(((AtomicReference<?>) object).get());
            case BITS -> array(((BitSet) object).toLongArray());
        }
    }

    private void array(Object array) {
        int length = Array.getLength(array);
        mix(length);
        if (array instanceof Object[] objects) {
            for (Object each : objects) {
                refer(each);
            }
        } else if (array instanceof long[] numbers) {
            for (long each : numbers) {
                mix(each);
            }
        } else {
            for (int i = 0; i < length; i++) {
                refer(Array.get(array, i));
            }
        }
    }

    private void fields(Object object, Reading reading) {
        try {
            for (Field field : reading.longs) {
                mix(field.getLong(object));
            }
            for (Field field : reading.ints) {
                mix(field.getInt(object));
            }
            for (Field field : reading.booleans) {
                mix(field.getBoolean(object) ? 1 : 0);
            }
            for (Field field : reading.others) {
                refer(field.get(object));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Reading reading(Object object) {
        Class<?> type = object.getClass();
        Kind kind = kind(object);
        boolean fields = kind == Kind.FIELDS && !opaque.test(object);
        if (fields && type.getName().startsWith("java.")) {
            throw new IllegalStateException("what is in a " + type.getName() + " is not known");
        }
        List<Field> all = kind == Kind.FIELDS && !type.getName().startsWith("java.") ? find(type) : List.of();
        return new Reading(kind, name(type).hashCode(), of(all, long.class), of(all, int.class), of(all, boolean.class),
                all.stream().filter(each -> each.getType() != long.class && each.getType() != int.class && each.getType() != boolean.class)
                        .toArray(Field[]::new));
    }

    private static Field[] of(List<Field> all, Class<?> type) {
        return all.stream().filter(each -> each.getType() == type).toArray(Field[]::new);
    }

    private static Kind kind(Object object) {
        if (object.getClass().isArray()) {
            return Kind.ARRAY;
        }
        if (object instanceof Map) {
            return Kind.MAP;
        }
        if (object instanceof Collection) {
            return Kind.COLLECTION;
        }
        if (object instanceof Optional) {
            return Kind.OPTIONAL;
        }
        if (object instanceof AtomicLong || object instanceof AtomicInteger) {
            return Kind.NUMBER;
        }
        if (object instanceof AtomicReference) {
            return Kind.REFERENCE;
        }
        return object instanceof BitSet ? Kind.BITS : Kind.FIELDS;
    }

    private List<Field> find(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !leftOut.test(field)) {
                    field.setAccessible(true);
                    found.add(field);
                }
            }
        }
        return found;
    }

    /** Of a lambda, its place in the code. */
    private static String name(Class<?> type) {
        String name = type.getName();
        int hidden = name.indexOf('/');
        return hidden < 0 ? name : name.substring(0, hidden);
    }
}
