package io.rowmesh.testbed.simulation;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
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
 * A number of 128 bits for all that is reachable from some objects: every field of every object but static ones, and which
 * references lead to the same object. Two states with the same number behave alike from there on; two numbers for states that behave
 * alike cost time only. Chance of a collision among a million states: below 10^-26.
 */
final class Fingerprint {

    /** The two halves. */
    record Value(long high, long low) {
    }

    private static final Map<Class<?>, Field[]> FIELDS = new IdentityHashMap<>();

    private final Predicate<Object> opaque;
    private final IdentityHashMap<Object, Integer> met = new IdentityHashMap<>();
    private final ArrayDeque<Object> left = new ArrayDeque<>();
    private long high = 0x9e3779b97f4a7c15L;
    private long low = 0xc2b2ae3d27d4eb4fL;

    private Fingerprint(Predicate<Object> opaque) {
        this.opaque = opaque;
    }

    /** @param opaque objects of which only that they are there counts, not what they hold */
    static Value of(Collection<?> roots, Predicate<Object> opaque) {
        Fingerprint fingerprint = new Fingerprint(opaque);
        roots.forEach(fingerprint::refer);
        while (!fingerprint.left.isEmpty()) {
            fingerprint.read(fingerprint.left.poll());
        }
        return new Value(fingerprint.high, fingerprint.low);
    }

    private void mix(long value) {
        high = (high ^ value) * 0xff51afd7ed558ccdL;
        high ^= high >>> 32;
        low = (low + value) * 0xc4ceb9fe1a85ec53L;
        low ^= low >>> 29;
    }

    /** Values are mixed in where they stand; of other objects who they are, and what they hold once. */
    private void refer(Object object) {
        if (object == null) {
            mix(1);
        } else if (object instanceof String text) {
            mix(2);
            mix(text.length());
            for (int i = 0; i < text.length(); i++) {
                mix(text.charAt(i));
            }
        } else if (object instanceof Number number && object.getClass().getPackageName().equals("java.lang")) {
            mix(3);
            mix(number.longValue());
        } else if (object instanceof Boolean bool) {
            mix(bool ? 5 : 4);
        } else if (object instanceof Enum<?> constant) {
            mix(6);
            mix(constant.ordinal());
        } else if (object instanceof Class<?> type) {
            mix(type.getName().hashCode());
        } else {
            Integer before = met.putIfAbsent(object, met.size());
            mix(before == null ? 7 : 8);
            mix(before == null ? 0 : before);
            if (before == null) {
                left.add(object);
            }
        }
    }

    private void read(Object object) {
        Class<?> type = object.getClass();
        mix(name(type).hashCode());
        if (opaque.test(object)) {
            return;
        }
        if (type.isArray()) {
            array(object);
        } else if (object instanceof Map<?, ?> map) {
            mix(map.size());
            map.forEach((key, value) -> {
                refer(key);
                refer(value);
            });
        } else if (object instanceof Collection<?> collection) {
            mix(collection.size());
            collection.forEach(this::refer);
        } else if (object instanceof Optional<?> optional) {
            refer(optional.orElse(null));
        } else if (object instanceof AtomicLong number) {
            mix(number.get());
        } else if (object instanceof AtomicInteger number) {
            mix(number.get());
        } else if (object instanceof AtomicReference<?> reference) {
            refer(reference.get());
        } else if (object instanceof BitSet bits) {
            array(bits.toLongArray());
        } else if (type.getName().startsWith("java.")) {
            throw new IllegalStateException("what is in a " + type.getName() + " is not known");
        } else {
            fields(object);
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

    private void fields(Object object) {
        for (Field field : fields(object.getClass())) {
            try {
                if (field.getType() == long.class) {
                    mix(field.getLong(object));
                } else if (field.getType() == int.class) {
                    mix(field.getInt(object));
                } else if (field.getType() == boolean.class) {
                    mix(field.getBoolean(object) ? 1 : 0);
                } else {
                    refer(field.get(object));
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Field[] fields(Class<?> type) {
        synchronized (FIELDS) {
            return FIELDS.computeIfAbsent(type, Fingerprint::find);
        }
    }

    private static Field[] find(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    found.add(field);
                }
            }
        }
        return found.toArray(Field[]::new);
    }

    /** Of a lambda, its place in the code. */
    private static String name(Class<?> type) {
        String name = type.getName();
        int hidden = name.indexOf('/');
        return hidden < 0 ? name : name.substring(0, hidden);
    }
}
