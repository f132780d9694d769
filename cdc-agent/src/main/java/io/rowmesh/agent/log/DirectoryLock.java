package io.rowmesh.agent.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second process (or a second log in this one) out of a directory; the system frees it when the process ends. */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws ChangeLogException when somebody holds it */
    static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new ChangeLogException("the change log in " + directory
                        + " is in use by another node; end that one, or give this one its own data-dir");
            }
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new ChangeLogException("the change log's directory " + directory + " cannot be locked: " + e
                    + "; check that it is writable and on a local disk", e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ChangeLogException("the change log's lock cannot be given back: " + e, e);
        }
    }
}
