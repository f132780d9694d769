package io.rowmesh.agent.binlog;

/** The log cannot be read on; the message is one sentence that says what, where and, if there is something, what to do. */
public final class BinlogException extends RuntimeException {

    private final boolean lasting;

    private BinlogException(String message, boolean lasting, Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** Another stream from the same place may do better: the server is away, or a connection ended. */
    static BinlogException passing(String message, Throwable cause) {
        return new BinlogException(message, false, cause);
    }

    /** The same, without another failure that caused it. */
    public static BinlogException passing(String message) {
        return passing(message, null);
    }

    /** Every stream from the same place ends the same way until a person has done something. */
    public static BinlogException lasting(String message) {
        return new BinlogException(message, true, null);
    }

    /** Whether a person has to do something first. */
    public boolean isLasting() {
        return lasting;
    }
}
