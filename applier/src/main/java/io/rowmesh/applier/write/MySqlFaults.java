package io.rowmesh.applier.write;

import com.mysql.cj.jdbc.exceptions.PacketTooBigException;
import io.rowmesh.applier.write.SqlFaults.Remedy;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MySQL's errors: by their numbers where SQLSTATE does not say what they are of. */
final class MySqlFaults {

    private static final Set<Integer> DUPLICATE = Set.of(1022, 1062, 1169, 1586, 1859);

    /** Privileges, a server that only reads, or one whose definitions are just being changed: nothing is wrong with the row. */
    private static final Set<Integer> NOT_THE_ROWS = Set.of(1044, 1045, 1142, 1143, 1213, 1205, 1206, 1227, 1290, 1370, 1412, 1615, 1792, 1836, 3572);

    /**
     * With a state that says nothing (HY000, 01000) or another thing: packet too large (1153, 1301), a value that does not fit its column
     * (1265, 1364, 1366, 1411, 1441), characters (1267, 1270, 1271), no partition (1526, 1748), triggers that fail (1442, 1449, 1644), generated
     * columns (3105), spatial reference systems (3643), checks (3819).
     */
    private static final Set<Integer> THE_ROWS = Set.of(1153, 1301, 1265, 1364, 1366, 1411, 1441, 1267, 1270, 1271, 1442, 1449, 1526, 1644, 1748,
            3105, 3643, 3819);

    private static final Pattern KEY = Pattern.compile(".* for key '(.*)'", Pattern.DOTALL);

    private MySqlFaults() {
    }

    static boolean isMySqls(SQLException error) {
        return error.getErrorCode() != 0 || error instanceof PacketTooBigException;
    }

    static Remedy remedy(SQLException error) {
        int code = error.getErrorCode();
        if (error instanceof PacketTooBigException || THE_ROWS.contains(code)) {
            return Remedy.PARK_ROW;
        }
        String state = error.getSQLState();
        return state == null || state.length() != 5 || NOT_THE_ROWS.contains(code) ? Remedy.RETRY : SqlFaults.ofClass(state);
    }

    /** By the message, which the applier's sessions ask for in English. */
    static Optional<String> uniqueKey(SQLException error) {
        if (!DUPLICATE.contains(error.getErrorCode())) {
            return Optional.empty();
        }
        Matcher key = KEY.matcher(String.valueOf(error.getMessage()));
        return Optional.of(key.matches() ? key.group(1) : "of the table");
    }
}
