package io.rowmesh.rules.siblings;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The users' own rules on the class path, by their names. */
public final class CustomRules {

    private static final Map<String, CustomRule> FOUND = new ConcurrentHashMap<>();

    private CustomRules() {
    }

    /** @throws IllegalArgumentException when no class has the name, or more than one */
    public static CustomRule named(String name) {
        return FOUND.computeIfAbsent(name, CustomRules::find);
    }

    /** A text that is equal in two regions exactly when they have the same class in the same version. */
    public static String identity(String name) {
        CustomRule rule = named(name);
        return rule.getClass().getName() + " version " + rule.version();
    }

    private static CustomRule find(String name) {
        List<CustomRule> named = ServiceLoader.load(CustomRule.class).stream().map(ServiceLoader.Provider::get)
                .filter(each -> each.name().equals(name)).toList();
        if (named.isEmpty()) {
            throw new IllegalArgumentException("no class of the custom rule " + name + " is on the class path: it must implement "
                    + CustomRule.class.getName() + " and be named in META-INF/services/" + CustomRule.class.getName());
        }
        if (named.size() > 1) {
            throw new IllegalArgumentException("two classes call themselves the custom rule " + name + ": "
                    + named.get(0).getClass().getName() + " and " + named.get(1).getClass().getName());
        }
        return named.get(0);
    }
}
