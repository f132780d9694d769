package io.rowmesh.node.config;

import io.rowmesh.schema.TableId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class TableGlobTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "public.orders   | public | orders  | true",
            "public.orders   | public | Orders  | false",
            "public.orders   | public | orders2 | false",
            "public.*        | public | orders  | true",
            "public.*        | public | a.b     | true",
            "public.*        | publix | orders  | false",
            "*.*             | a      | b       | true",
            "p*.audit_*      | public | audit_x | true",
            "public.audit_*  | public | auditxx | false",
            "public.t?       | public | t1      | true",
            "public.t?       | public | t\uD83D\uDE00 | true",
            "public.t?       | public | t       | false",
            "public.a+b$     | public | a+b$    | true",
            "public.\"a.*\"  | public | a.*     | true",
            "public.\"a.*\"  | public | a.b     | false",
            "\"a\"\"b\".\"c\" | a\"b  | c       | true",
            "a.b             | aXb    | b       | false",
    })
    void matches(String glob, String schema, String name, boolean expected) {
        assertEquals(expected, TableGlob.parse(glob).matches(new TableId(schema, name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "a.b.c", ".b", "a.", "a.\"b", "a.\"\"", "a\"b.c"})
    void refuses(String glob) {
        assertThrows(IllegalArgumentException.class, () -> TableGlob.parse(glob));
    }
}
