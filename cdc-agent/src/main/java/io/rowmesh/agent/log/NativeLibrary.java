package io.rowmesh.agent.log;

import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** RocksDB's own code, which it unpacks before it can be used. */
public final class NativeLibrary {

    private NativeLibrary() {
    }

    /**
     * Unpacks it once a process, under one name beside the files that it is used for. Left to itself RocksDB makes a new file of 17 MB in the
     * machine's temporary directory each time, which stays there when the process is killed.
     *
     * @param beside a directory; where it is mounted so that no code may run there, the temporary directory is used after all
     */
    public static synchronized void load(Path beside) throws IOException {
        Files.createDirectories(beside);
        try {
            NativeLibraryLoader.getInstance().loadLibrary(beside.toString());
        } catch (UnsatisfiedLinkError noCodeThere) {
            // The next line does it as RocksDB does.
        }
        RocksDB.loadLibrary();
    }
}
