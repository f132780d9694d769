package io.rowmesh.testbed.types;

import io.rowmesh.schema.types.TypeMappings;
import io.rowmesh.testbed.TestingDatabase;
import io.rowmesh.testbed.TestingMesh;
import io.rowmesh.testbed.TestingMySql;
import io.rowmesh.testbed.TestingRegion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Values of every type that is carried, through real logs, nodes and servers, from each kind of database to each: inserted, updated, set to
 * null and back, and deleted by key. A cell is one value after one of these at one target.
 */
class TypeMatrixTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int CELLS = 1_000;

    /** A case as a table of the mesh: written in a region on PostgreSQL, or on MySQL. */
    private record Tested(String table, TypeCase types, boolean fromMySql) {

        String type(boolean mySql) {
            return mySql ? types.mySql() : types.postgres();
        }

        /** As it is named on the wire. */
        String wire(boolean mySql) {
            return mySql ? "mysql:" + types.mySql().replaceAll(" (character set|collate) .*", "") : types.postgres();
        }
    }

    @TempDir
    Path directory;

    private final List<Tested> tested = tested();
    private final Map<String, Integer> cells = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyValueArrivesAsItIs() {
        try (TestingMesh mesh = new TestingMesh(directory, TestingMesh.DEFAULT.withRegions(4).withMySql("ap", "sa"))) {
            for (TestingRegion region : mesh.regions()) {
                create(region.database());
            }
            mesh.start();
            inserted(mesh);
            updated(mesh);
            nulls(mesh);
            deletedByKey(mesh);
            assertEquals(List.of(), wrong.subList(0, Math.min(40, wrong.size())), mesh.regions().get(2).node().tail());
            mesh.regions().forEach(region -> assertEquals("0", region.database().value("select count(*) from rowmesh.parked"), region.id()));
        }
        assertEquals(4, cells.size());
        cells.forEach((direction, count) -> assertTrue(count >= CELLS, direction + ": " + count + " cells"));
    }

    private static List<Tested> tested() {
        List<Tested> all = new ArrayList<>();
        List<TypeCase> postgres = TypeCase.ofPostgres();
        List<TypeCase> mySql = TypeCase.ofMySql();
        IntStream.range(0, postgres.size()).forEach(i -> all.add(new Tested("p" + i, postgres.get(i), false)));
        IntStream.range(0, mySql.size()).forEach(i -> all.add(new Tested("m" + i, mySql.get(i), true)));
        return all;
    }

    private void create(TestingDatabase database) {
        boolean mySql = isMySql(database);
        List<String> tables = new ArrayList<>();
        for (Tested each : tested) {
            tables.add("create table " + each.table() + " (id int primary key, v " + each.type(mySql) + " null)");
            if (each.types().key()) {
                tables.add("create table k_" + each.table() + " (v " + each.type(mySql) + " not null primary key, n int)");
            }
        }
        database.execute(tables.toArray(String[]::new));
    }

    private void inserted(TestingMesh mesh) {
        write(mesh, (each, mySql, sql) -> {
            List<String> values = each.types().values();
            for (int i = 0; i < values.size(); i++) {
                sql.add("insert into " + each.table() + " values (" + i + ", " + literal(each, mySql, values.get(i)) + ")");
                if (each.types().key()) {
                    sql.add("insert into k_" + each.table() + " values (" + literal(each, mySql, values.get(i)) + ", 1)");
                }
            }
            sql.add("insert into " + each.table() + " values (1000, null)");
        });
        compare(mesh, "insert", true, true);
    }

    private void updated(TestingMesh mesh) {
        write(mesh, (each, mySql, sql) -> {
            List<String> values = each.types().values();
            for (int i = 0; i < values.size(); i++) {
                sql.add("update " + each.table() + " set v = " + literal(each, mySql, values.get((i + 1) % values.size())) + " where id = " + i);
                if (each.types().key()) {
                    sql.add("update k_" + each.table() + " set n = 2 where v = " + literal(each, mySql, values.get(i)));
                }
            }
        });
        compare(mesh, "update", true, true);
    }

    private void nulls(TestingMesh mesh) {
        write(mesh, (each, mySql, sql) -> sql.add("update " + each.table() + " set v = null where id < 1000"));
        compare(mesh, "null", true, false);
        write(mesh, (each, mySql, sql) -> {
            List<String> values = each.types().values();
            for (int i = 0; i < values.size(); i++) {
                sql.add("update " + each.table() + " set v = " + literal(each, mySql, values.get(i)) + " where id = " + i);
            }
        });
        compare(mesh, "value after null", true, false);
    }

    private void deletedByKey(TestingMesh mesh) {
        write(mesh, (each, mySql, sql) -> {
            if (each.types().key()) {
                each.types().values().subList(0, 4).forEach(value -> sql.add("delete from k_" + each.table() + " where v = " + literal(each, mySql, value)));
            }
        });
        compare(mesh, "delete", false, true);
    }

    private interface Statements {
        void add(Tested each, boolean mySql, List<String> sql);
    }

    private void write(TestingMesh mesh, Statements statements) {
        for (boolean mySql : new boolean[] {false, true}) {
            List<String> sql = new ArrayList<>();
            tested.stream().filter(each -> each.fromMySql() == mySql).forEach(each -> statements.add(each, mySql, sql));
            mesh.region(mySql ? "ap" : "eu").database().execute(sql.toArray(String[]::new));
        }
        mesh.awaitQuiet(LIMIT);
    }

    private void compare(TestingMesh mesh, String after, boolean values, boolean keys) {
        for (Tested each : tested) {
            TestingRegion origin = mesh.region(each.fromMySql() ? "ap" : "eu");
            for (TestingRegion target : mesh.regions()) {
                if (target != origin && values) {
                    compareValues(each, origin.database(), target.database(), after);
                }
                if (target != origin && keys && each.types().key()) {
                    compareKeys(each, origin.database(), target.database(), after);
                }
            }
        }
    }

    private void compareValues(Tested each, TestingDatabase origin, TestingDatabase target, String after) {
        Map<String, String> arrived = values(each, target);
        values(each, origin).forEach((id, value) -> cell(direction(each, target), each, after + " of row " + id, carried(each, value, isMySql(target)),
                arrived.get(id), arrived.containsKey(id)));
    }

    private void compareKeys(Tested each, TestingDatabase origin, TestingDatabase target, String after) {
        Map<String, String> there = keys(each, target);
        Map<String, String> wanted = new LinkedHashMap<>();
        keys(each, origin).forEach((key, n) -> wanted.put(carried(each, key, isMySql(target)), n));
        each.types().values().forEach(value -> {
            String key = carried(each, value, isMySql(target));
            cell(direction(each, target), each, after + " at key " + key, wanted.get(key), there.get(key), true);
        });
        if (there.size() != wanted.size()) {
            wrong.add(direction(each, target) + ", " + each.table() + ": keys " + there.keySet() + ", not " + wanted.keySet());
        }
    }

    private static String direction(Tested each, TestingDatabase target) {
        return (each.fromMySql() ? "MySQL" : "PostgreSQL") + " to " + (isMySql(target) ? "MySQL" : "PostgreSQL");
    }

    private void cell(String direction, Tested each, String what, String wanted, String found, boolean there) {
        cells.merge(direction, 1, Integer::sum);
        if (!there || !same(each, wanted, found)) {
            wrong.add(direction + ", " + each.types().postgres() + " / " + each.types().mySql() + ", " + what + ": " + (there ? found : "no row") + ", not " + wanted);
        }
    }

    /** MySQL shows a float with six digits, so it is read as a double. */
    private static boolean same(Tested each, String wanted, String found) {
        if (wanted == null || found == null) {
            return wanted == null && found == null;
        }
        return switch (each.types().mySql()) {
            case "float" -> Float.parseFloat(wanted) == Float.parseFloat(found);
            case "double" -> Double.parseDouble(wanted) == Double.parseDouble(found);
            default -> wanted.equals(found);
        };
    }

    private static String carried(Tested each, String value, boolean toMySql) {
        if (value == null || each.fromMySql() == toMySql) {
            return value;
        }
        try {
            return TypeMappings.between(each.wire(each.fromMySql()), each.wire(toMySql)).convert(value);
        } catch (Exception e) {
            throw new IllegalStateException(each + " cannot carry " + value, e);
        }
    }

    private static Map<String, String> values(Tested each, TestingDatabase database) {
        Map<String, String> values = new LinkedHashMap<>();
        database.query("select id, " + exact(each, isMySql(database)) + " from " + each.table() + " order by id").forEach(row -> values.put(row.get(0), row.get(1)));
        return values;
    }

    private static Map<String, String> keys(Tested each, TestingDatabase database) {
        Map<String, String> keys = new LinkedHashMap<>();
        database.query("select " + exact(each, isMySql(database)) + ", n from k_" + each.table()).forEach(row -> keys.put(row.get(0), row.get(1)));
        return keys;
    }

    /** The value's text on the wire, as the server itself tells it. */
    private static String exact(Tested each, boolean mySql) {
        String type = each.type(mySql);
        if (!mySql) {
            return type.contains("with time zone") ? "to_char(v at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || rtrim(rtrim(to_char(v, '.US'), '0'), '.') || '+00'"
                    : "case when v is not null then format('%s', v) end";
        }
        if (type.startsWith("bit(")) {
            return "lpad(bin(v), " + type.replaceAll("\\D", "") + ", '0')";
        } else if (type.matches("(binary|varbinary|blob|longblob).*")) {
            return "concat('\\\\x', lower(hex(v)))";
        } else if (type.startsWith("timestamp")) {
            return "concat(v, '+00')";
        } else if (type.equals("float")) {
            return "v + 0e0";
        } else if (type.equals("year")) {
            return "lpad(v, 4, '0')";
        }
        return type.matches("(enum|set|char|varchar|longtext|json).*") ? "convert(v using utf8mb4)" : "cast(v as char)";
    }

    private static String literal(Tested each, boolean mySql, String value) {
        if (!mySql) {
            return "'" + value.replace("'", "''") + "'";
        }
        String type = each.types().mySql();
        if (type.startsWith("bit(")) {
            return "b'" + value + "'";
        } else if (value.startsWith("\\x")) {
            return "x'" + value.substring(2) + "'";
        }
        String text = type.startsWith("timestamp") ? value.replace("+00", "") : value;
        String quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
        return type.equals("json") ? "cast(" + quoted + " as json)" : quoted;
    }

    private static boolean isMySql(TestingDatabase database) {
        return database instanceof TestingMySql;
    }
}
