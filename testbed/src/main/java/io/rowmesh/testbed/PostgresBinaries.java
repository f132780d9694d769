package io.rowmesh.testbed;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.ZipFile;

/** PostgreSQL server programs from Maven's embedded binaries, unpacked once per user and version. */
final class PostgresBinaries {

    static final String NEWEST = "18";
    private static final String ARCHIVE = "postgres-linux-x86_64.txz";

    private PostgresBinaries() {
    }

    /** The directory that holds bin, lib and share of a major version ("16", "17" or "18"). */
    static synchronized Path directory(String major) {
        Path cache = Path.of(System.getProperty("java.io.tmpdir"), "rowmesh-postgres-" + System.getProperty("user.name"));
        Path home = cache.resolve(major + "-" + ARCHIVE.hashCode());
        if (Files.isDirectory(home)) {
            return home;
        }
        try {
            Files.createDirectories(cache);
            Path fresh = Files.createTempDirectory(cache, "unpacking-");
            unpack(major, fresh);
            // Whoever renames first wins; both unpacked the same.
            try {
                Files.move(fresh, home);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                Directories.delete(fresh);
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack PostgreSQL " + major + " below " + cache, e);
        }
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
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(target.getParent());
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    boolean executable = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
        Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
