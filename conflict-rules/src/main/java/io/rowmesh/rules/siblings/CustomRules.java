package io.rowmesh.rules.siblings;

import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;

import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
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

    /** One line that is equal exactly when the rules are, and a custom rule is of the same class and version: regions compare it. */
    public static String canonical(TableRules rules) {
        if (rules.row() != RowRule.CUSTOM) {
            return rules.canonical();
        }
        CustomRule rule = named(rules.custom());
        return rules.canonical() + " (" + rule.getClass().getName() + ", version " + rule.version() + ")";
    }

    private static CustomRule find(String name) {
        List<CustomRule> named = all().stream().filter(each -> each.name().equals(name)).toList();
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

    private static List<CustomRule> all() {
        try {
            return ServiceLoader.load(CustomRule.class).stream().map(ServiceLoader.Provider::get).toList();
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException("the custom rules on the class path cannot be loaded: " + e.getMessage(), e);
        }
    }
}
