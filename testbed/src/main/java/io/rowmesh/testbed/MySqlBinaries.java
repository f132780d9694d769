package io.rowmesh.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * MySQL server programs from Maven's binaries, with the shared libraries they need where the machine lacks them. Those of another release,
 * in a directory that holds bin and share, are used with {@code -Drowmesh.mysql=DIRECTORY}.
 */
final class MySqlBinaries {

    private static final String VERSION = "8.0.15";
    private static final String ARCHIVE = "/mysql-Linux-amd64.tar.gz";

    /** Libraries that are not on every machine, and the names of Debian's and Ubuntu's packages that hold them. */
    private static final Map<String, List<String>> PACKAGES = Map.of(
            "libaio.so.1", List.of("libaio1", "libaio1t64"),
            "libnuma.so.1", List.of("libnuma1"));

    private MySqlBinaries() {
    }

    /** The directory that holds bin and share. */
    static Path directory() {
        String other = System.getProperty("rowmesh.mysql");
        return other == null ? unpacked() : Path.of(other);
    }

    private static Path unpacked() {
        return Unpacked.once("mysql", VERSION, into -> {
            try (InputStream archive = MySqlBinaries.class.getResourceAsStream(ARCHIVE)) {
                Unpacked.tar(new GZIPInputStream(archive), into);
            }
            complete(into.resolve("bin"));
        });
    }

    /** The program looks for libraries beside itself first. */
    private static void complete(Path bin) throws IOException {
        for (String library : SharedLibraries.missing(bin.resolve("mysqld"))) {
            SharedLibraries.fetch(library, PACKAGES.getOrDefault(library, List.of()), bin);
        }
    }
}
