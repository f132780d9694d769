package io.rowmesh.agent.log;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static io.rowmesh.agent.log.TestingTransactions.append;
import static io.rowmesh.agent.log.TestingTransactions.appendSynced;
import static io.rowmesh.agent.log.TestingTransactions.chunk;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a crash leaves behind: the files as they were while the log was open, copied or orphaned by a killed process. */
class ChangeLogCrashTest {

    @TempDir
    Path directory;

    @Test
    void whatWasNotSyncedIsGoneEvenIfTheFilesHaveIt() throws IOException {
        Path copy = directory.resolve("copy");
        try (ChangeLog log = ChangeLog.open(directory.resolve("log"), "eu")) {
            log.beginEpoch(1, 0);
            appendSynced(log, 1, 50);
            append(log, 30, 100_000);
            for (int number = 0; number < 30; number++) {
                log.appendChunk(number, chunk(3, number, 100_000));
            }
            copyFiles(directory.resolve("log"), copy);
        }
        try (ChangeLog log = ChangeLog.open(copy, "eu")) {
            assertEquals(1, log.lastSequence());
            assertEquals(2, appendSynced(log, 2, 60));
            assertEquals(3, appendSynced(log, 2, 70));
            assertArrayEquals(chunk(2, 1, 60), log.chunk(2, 1));
            assertThrows(ChangeLogException.class, () -> log.chunk(2, 2));
            assertThrows(ChangeLogException.class, () -> log.chunk(3, 2));
        }
    }

    @Test
    void aTornLastWriteIsDroppedAndDamageElsewhereStopsTheStart() throws IOException {
        Path original = directory.resolve("log");
        Path torn = directory.resolve("torn");
        Path damaged = directory.resolve("damaged");
        try (ChangeLog log = ChangeLog.open(original, "eu")) {
            log.beginEpoch(1, 0);
            for (int i = 0; i < 50; i++) {
                appendSynced(log, 1, 1_000);
            }
            copyFiles(original, torn);
            copyFiles(original, damaged);
        }
        try (RandomAccessFile wal = new RandomAccessFile(writeAheadLog(torn).toFile(), "rw")) {
            wal.setLength(wal.length() - 500);
        }
        try (ChangeLog log = ChangeLog.open(torn, "eu")) {
            assertEquals(49, log.lastSequence());
        }
        try (RandomAccessFile wal = new RandomAccessFile(writeAheadLog(damaged).toFile(), "rw")) {
            wal.seek(wal.length() / 2);
            wal.write("damage".getBytes());
        }
        String message = assertThrows(ChangeLogException.class, () -> ChangeLog.open(damaged, "eu")).getMessage();
        assertTrue(message.contains("cannot be opened"), message);
    }

    @Test
    void aKilledProcessLosesNothingItHadSyncedAndLeavesNothingElsewhere() throws Exception {
        Path log = directory.resolve("log");
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Process writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                "-Djava.io.tmpdir=" + temporary, "-cp", System.getProperty("java.class.path"), Writer.class.getName(), log.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        long reported = 0;
        try (BufferedReader lines = writer.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reported = Long.parseLong(line);
                if (reported >= 300) {
                    writer.destroyForcibly();
                    break;
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertTrue(reported >= 300, "the writer ended by itself");
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(file -> file.toString().contains("rocksdb")).toList());
        }
        try (ChangeLog reopened = ChangeLog.open(log, "eu")) {
            assertTrue(reopened.lastSequence() >= reported);
            for (long sequence = 1; sequence <= reopened.lastSequence(); sequence++) {
                int chunks = reopened.header(sequence).orElseThrow().chunks();
                for (int number = 0; number < chunks; number++) {
                    assertArrayEquals(chunk(sequence, number, 20_000), reopened.chunk(sequence, number));
                }
            }
        }
    }

    /** In a process of its own, with less heap than it writes in one transaction: says what is synced until it is killed. */
    static final class Writer {
        public static void main(String[] arguments) {
            ChangeLog log = ChangeLog.open(Path.of(arguments[0]), "eu");
            log.beginEpoch(1, 0);
            while (true) {
                long next = log.nextSequence();
                append(log, next == 100 ? 5_000 : (int) (next % 5), 20_000);
                if (next % 3 == 0) {
                    log.sync();
                    System.out.println(log.lastSequence());
                }
            }
        }
    }

    private static Path writeAheadLog(Path log) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.list(log.resolve("rocksdb"))) {
            found = files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        }
        return found.get(found.size() - 1);
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target);
            }
        }
    }
}
