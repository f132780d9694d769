package io.rowmesh.applier.mysql;

import io.rowmesh.schema.mysql.MySqlTypeText;

import java.util.List;

/**
 * A column of a local table.
 *
 * @param type   as information_schema prints it
 * @param length of bit, char and binary; the precision of a decimal
 * @param digits behind the point: of decimals, of floats that have such a number (else -1), of a second
 * @param labels of an enum or a set
 */
record MySqlColumn(String name, String type, MySqlKind kind, int length, int digits, List<String> labels, boolean key, boolean generated) {

    static MySqlColumn of(String name, String type, MySqlKind kind, boolean key, boolean generated) {
        int digits = switch (kind) {
            case DECIMAL -> MySqlTypeText.number(type, 1, 0);
            case FLOAT, DOUBLE -> MySqlTypeText.number(type, 1, -1);
            case DATETIME, TIMESTAMP, TIME -> MySqlTypeText.number(type, 0, 0);
            default -> 0;
        };
        List<String> labels = kind == MySqlKind.ENUM || kind == MySqlKind.SET ? MySqlTypeText.labels(type) : List.of();
        return new MySqlColumn(name, type, kind, MySqlTypeText.number(type, 0, 1), digits, labels, key, generated);
    }
}
