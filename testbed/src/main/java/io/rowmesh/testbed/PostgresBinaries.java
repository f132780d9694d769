package io.rowmesh.testbed;

import org.tukaani.xz.XZInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** PostgreSQL server programs from Maven's embedded binaries. */
final class PostgresBinaries {

    static final String NEWEST = "18";
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";

    private PostgresBinaries() {
    }

    /** The directory that holds bin, lib and share of a major version ("16", "17" or "18"). */
    static Path directory(String major) {
        return Unpacked.once("postgres", major + "-" + ARCHIVE.hashCode(), into -> unpack(major, into));
    }

    private static void unpack(String major, Path into) throws IOException {
        if (major.equals(NEWEST)) {
            try (InputStream archive = PostgresBinaries.class.getResourceAsStream("/" + ARCHIVE)) {
                unpack(archive, into);
            }
            return;
        }
        Path jar = Path.of(System.getProperty("rowmesh.older-postgres", "target/postgres"), major + ".jar");
        try (ZipFile zip = new ZipFile(jar.toFile()); InputStream archive = zip.getInputStream(zip.getEntry(ARCHIVE))) {
            unpack(archive, into);
        }
    }

    private static void unpack(InputStream archive, Path into) throws IOException {
        Unpacked.tar(new XZInputStream(new BufferedInputStream(archive)), into);
    }
}
