package io.rowmesh.agent.binlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement in the log.
 *
 * @param database   the session's
 * @param ansiQuotes whether {@code "} quotes names in it
 * @param updated    the databases that it changes; null when the log does not say so
 */
record QueryEvent(String database, String sql, boolean ansiQuotes, List<String> updated) {

    private static final int FLAGS2 = 0;
    private static final int SQL_MODE = 1;
    private static final int CATALOG = 2;
    private static final int AUTO_INCREMENT = 3;
    private static final int CHARSET = 4;
    private static final int TIME_ZONE = 5;
    private static final int CATALOG_NZ = 6;
    private static final int LC_TIME_NAMES = 7;
    private static final int CHARSET_DATABASE = 8;
    private static final int TABLE_MAP_FOR_UPDATE = 9;
    private static final int MASTER_DATA_WRITTEN = 10;
    private static final int INVOKERS = 11;
    private static final int UPDATED_DATABASES = 12;
    private static final int TOO_MANY = 254;
    private static final long ANSI_QUOTES = 4;

    static QueryEvent read(LogBytes in) {
        in.skip(8);
        int databaseLength = in.u8();
        in.skip(2);
        Variables variables = new Variables();
        variables.read(in.slice((int) in.little(2)));
        String database = in.utf8(databaseLength);
        in.skip(1);
        byte[] sql = in.take(in.remaining());
        Collations charset = Collations.of(variables.collation);
        String text = charset == null || charset == Collations.BINARY ? new String(sql, StandardCharsets.UTF_8) : charset.decode(sql);
        return new QueryEvent(database, text, (variables.sqlMode & ANSI_QUOTES) != 0, variables.updated);
    }

    /** What the log says of the session. They come in this order, so what is not known is behind all that is wanted. */
    private static final class Variables {
        private long sqlMode;
        private int collation = 45;
        private List<String> updated;

        void read(LogBytes in) {
            while (in.remaining() > 0) {
                int code = in.u8();
                switch (code) {
                    case SQL_MODE -> sqlMode = in.little(8);
                    case CHARSET -> {
                        collation = (int) in.little(2);
                        in.skip(4);
                    }
                    case UPDATED_DATABASES -> updated = databases(in);
                    case FLAGS2, AUTO_INCREMENT, MASTER_DATA_WRITTEN -> in.skip(4);
                    case LC_TIME_NAMES, CHARSET_DATABASE -> in.skip(2);
                    case TABLE_MAP_FOR_UPDATE -> in.skip(8);
                    case TIME_ZONE, CATALOG_NZ -> in.skip(in.u8());
                    case CATALOG -> in.skip(in.u8() + 1);
                    case INVOKERS -> {
                        in.skip(in.u8());
                        in.skip(in.u8());
                    }
                    default -> in.skip(in.remaining());
                }
            }
        }

        private static List<String> databases(LogBytes in) {
            int count = in.u8();
            if (count == TOO_MANY) {
                return null;
            }
            List<String> databases = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                databases.add(zeroTerminated(in));
            }
            return databases;
        }

        private static String zeroTerminated(LogBytes in) {
            int length = 0;
            while (in.from(length).u8() != 0) {
                length++;
            }
            String text = in.utf8(length);
            in.skip(1);
            return text;
        }
    }
}
