package io.rowmesh.node.prepare;

import java.util.Locale;

/** A server's release as it prints it, such as {@code 8.0.15}, {@code 8.4.0-commercial} or {@code 10.11.6-MariaDB}. */
record MySqlVersion(String text) {

    boolean isMariaDb() {
        return text.toLowerCase(Locale.ROOT).contains("mariadb");
    }

    /** Whether it is this release, such as 8 and 4, or a later one. */
    boolean isAtLeast(int major, int minor) {
        String[] parts = text.split("[.-]");
        int first = Integer.parseInt(parts[0]);
        return first > major || first == major && Integer.parseInt(parts[1]) >= minor;
    }

    @Override
    public String toString() {
        return text;
    }
}
