package io.rowmesh.testbed.prepare;

import io.rowmesh.schema.Column;
import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowKey;
import io.rowmesh.schema.TableId;
import io.rowmesh.schema.TableShape;
import io.rowmesh.testbed.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What conflict rules ask of their tables is looked for, and mended where SQL can. */
class RuleFindingsTest {

    private static final String RULES = """
            rules:
              - { match: 'public."odd ""t"', rule: last-write-wins, columns: { "n%": sum, hi: max, tags: union } }
              - { match: 'public.homed', rule: home-region, column: home }
              - { match: 'public.wrong', rule: last-write-wins, columns: { n: sum, f: max, gone: min, id: union } }
              - { match: public.people, rule: last-write-wins, unique: newest-wins }
            """;

    @TempDir
    static Path directory;
    private static TestingPostgres server;

    @BeforeAll
    static void start() {
        server = TestingPostgres.start(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static TestingRegion region(TestInfo test) {
        TestingRegion region = new TestingRegion(server, directory, test.getTestMethod().orElseThrow().getName(),
                Map.of("public.*", "active-active"));
        region.more(RULES);
        return region;
    }

    @Test
    void whatCannotBeMergedIsNamed(TestInfo test) {
        TestingRegion region = region(test);
        region.execute("create table wrong (id int primary key, n numeric, f float8)", "grant all on wrong to public");
        String all = String.join("\n", region.lacking());
        assertTrue(all.contains("the replica identity of public.wrong is not FULL"), all);
        assertTrue(all.contains("column n of public.wrong is of type numeric, which sum cannot merge exactly"), all);
        assertTrue(all.contains("column n of public.wrong may be null"), all);
        assertTrue(all.contains("column f of public.wrong is of type double precision, which max cannot merge exactly"), all);
        assertTrue(all.contains("there is no column gone of public.wrong, which the configuration makes a min"), all);
        assertTrue(all.contains("column id of public.wrong is part of the key"), all);
    }

    @Test
    void aHomeRegionIsATextThatEveryRowHas(TestInfo test) {
        TestingRegion region = region(test);
        region.execute("create table homed (id int primary key, home char(8))", "grant all on homed to public");
        String all = String.join("\n", region.lacking());
        assertTrue(all.contains("column home of public.homed is of type character(8), which holds no region's id as it is written"), all);
        assertTrue(all.contains("column home of public.homed may be null"), all);
        assertTrue(all.contains("the replica identity of public.homed is not FULL"), all);
        region.execute("alter table homed rename column home to place");
        all = String.join("\n", region.lacking());
        assertTrue(all.contains("there is no column home of public.homed, which the configuration makes its home-region"), all);
        region.execute("alter table homed drop column place, add column home varchar(8)");
        region.prepare();
        assertEquals(List.of(), region.lacking());
    }

    @Test
    void triggersAreMadeAndMadeAgainWhenTheyAreNotAsTheyMustBe(TestInfo test) {
        TestingRegion region = region(test);
        region.execute("create table \"odd \"\"t\" (id int primary key, \"n%\" numeric(8,2), hi int, tags text[])");
        region.prepare();
        assertEquals(List.of(), region.lacking());
        for (String damage : List.of("alter table \"odd \"\"t\" disable trigger zz_rowmesh_deleted",
                "drop trigger zz_rowmesh_joined on \"odd \"\"t\"", "alter table \"odd \"\"t\" enable always trigger zz_rowmesh_truncated")) {
            region.execute(damage);
            assertTrue(region.lacking().toString().contains("the triggers of public.odd \"t for its counters"), damage);
            region.prepare();
            assertEquals(List.of(), region.lacking());
        }
    }

    @Test
    void aLaterTriggerIsToldToTakeAnotherName(TestInfo test) {
        TestingRegion region = region(test);
        region.execute("create table \"odd \"\"t\" (id int primary key, \"n%\" numeric(8,2) not null, hi int, tags text[])",
                "create function lower_it() returns trigger language plpgsql as 'begin new.hi := 0; return new; end'",
                "create trigger zz_mine before update on \"odd \"\"t\" for each row execute function lower_it()",
                "create trigger zz_a after update on \"odd \"\"t\" for each row execute function lower_it()");
        region.prepare();
        assertEquals(List.of(), region.lacking());
        region.execute("alter trigger zz_mine on \"odd \"\"t\" rename to zzz");
        assertTrue(region.lacking().toString().contains("trigger zzz of public.odd \"t fires after zz_rowmesh_joined"), region.lacking().toString());
    }

    /** The trigger's text of a key is the capture's, whatever the user's session prints, and users need no rights of their own. */
    @Test
    void theTriggerNamesAKeyAsTheCaptureDoes(TestInfo test) throws SQLException {
        TestingRegion region = region(test);
        region.execute("create table \"odd \"\"t\" (a text, b numeric(8,2), c char(6), d date, e boolean, f uuid, \"n%\" int not null, hi int,"
                + " tags int[], primary key (a, b, c, d, e, f))");
        region.prepare();
        region.execute("create role plain_user login", "grant all on \"odd \"\"t\" to plain_user");
        String text = "q\"\\\n\u0001é";
        try (Connection connection = region.connect("plain_user")) {
            try (var insert = connection.prepareStatement("insert into \"odd \"\"t\" values (?, 1.10, 'ab', '2026-02-01', true,"
                    + " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1, 1, '{3,1,3}')")) {
                insert.setString(1, text);
                insert.execute();
            }
            connection.createStatement().execute("do $$ begin set local datestyle = 'SQL, DMY'; delete from \"odd \"\"t\"; end $$");
        }
        TableShape shape = new TableShape(new TableId("public", "odd \"t"), List.of(new Column("a", "text", true),
                new Column("b", "numeric(8,2)", true), new Column("c", "character(6)", true), new Column("d", "date", true),
                new Column("e", "boolean", true), new Column("f", "uuid", true)));
        assertEquals(List.of(RowKey.of(shape, new Row(text, "1.10", "ab    ", "2026-02-01", "t", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))),
                keys(region));
    }

    private static List<String> keys(TestingRegion region) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (Connection connection = region.connect("postgres");
             ResultSet rows = connection.createStatement().executeQuery("select row_key from rowmesh.pending_delete")) {
            while (rows.next()) {
                keys.add(rows.getString(1));
            }
        }
        return keys;
    }

    @Test
    void whatUniqueNewestWinsCannotDecideIsNamed(TestInfo test) {
        TestingRegion region = region(test);
        region.execute("create table people (id int primary key, a text unique, b text, c text unique deferrable, boss int references people)",
                "create unique index people_lower on people (lower(b))", "create unique index people_some on people (b) where id > 5",
                "create unique index people_nulls on people (b) nulls not distinct", "grant all on people to public");
        assertEquals(List.of("the foreign key people_boss_fkey of public.people refers to public.people",
                "the unique key people_c_key of public.people is deferrable", "the unique key people_lower of public.people is on an expression",
                "the unique key people_nulls of public.people is NULLS NOT DISTINCT", "the unique key people_some of public.people is partial"),
                region.lacking().stream().filter(each -> each.contains("people")).map(each -> each.lines().findFirst().orElseThrow()).sorted().toList());
    }
}
