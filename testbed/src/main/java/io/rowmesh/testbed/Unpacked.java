package io.rowmesh.testbed;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Server programs in directories of their own, unpacked once per user and version below {@code java.io.tmpdir}. */
final class Unpacked {

    private Unpacked() {
    }

    /** Fills an empty directory. */
    interface Filling {

        void into(Path directory) throws IOException;
    }

    /**
     * @param product what it is, for the directory's name
     * @param version another one gets another directory
     */
    static synchronized Path once(String product, String version, Filling filling) {
        Path cache = Path.of(System.getProperty("java.io.tmpdir"), "rowmesh-" + product + "-" + System.getProperty("user.name"));
        Path home = cache.resolve(version);
        if (Files.isDirectory(home)) {
            return home;
        }
        try {
            Files.createDirectories(cache);
            Path fresh = Files.createTempDirectory(cache, "unpacking-");
            try {
                filling.into(fresh);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(fresh, home);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                // Whoever renames first wins; both unpacked the same.
            } finally {
                Directories.delete(fresh);
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + product + " " + version + " below " + cache, e);
        }
    }

    /** Unpacks a tar, decompressed already. */
    static void tar(InputStream archive, Path into) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(archive)) {
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
    }
}
