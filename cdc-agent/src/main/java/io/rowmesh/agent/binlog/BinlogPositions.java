package io.rowmesh.agent.binlog;

/**
 * Places in a server's log as one number that grows with the log, unsigned: the file's number, then 36 bits of offset. What
 * follows a failover, or a reset of the log, may begin at file 1 again: then a base is added, so that positions go on growing.
 * For all threads.
 */
public final class BinlogPositions {

    private static final int OFFSET_BITS = 36;

    private volatile long base;

    /** @param file as MySQL names it, {@code binlog.000012} */
    public long of(String file, long offset) {
        return base + (number(file) << OFFSET_BITS) + offset;
    }

    private static long number(String file) {
        try {
            return Long.parseLong(file.substring(file.lastIndexOf('.') + 1));
        } catch (NumberFormatException e) {
            throw BinlogException.lasting("the file " + file + " of the binary log has no number");
        }
    }

    /** What is added to all positions. */
    public long base() {
        return base;
    }

    /** Nothing may be reading the log. */
    public void startAt(long newBase) {
        base = newBase;
    }

    /** A base with which all positions, of whatever file, are behind another one. */
    public static long baseBehind(long position) {
        return (position >>> OFFSET_BITS) + 1 << OFFSET_BITS;
    }

    public boolean sameFile(long one, long other) {
        return one >>> OFFSET_BITS == other >>> OFFSET_BITS;
    }

    /** As a person reads it: the file's number (of this server, while no base is added), and the offset. */
    public String text(long position) {
        return ((position - base) >>> OFFSET_BITS) + ":" + (position & (1L << OFFSET_BITS) - 1);
    }
}
