package io.rowmesh.node.cli;

/** What a command's exit code means; {@code rowmesh --help} lists them. */
public final class ExitCodes {

    public static final int OK = 0;
    /** It runs, but not well; or it failed for another reason than the ones below. */
    public static final int NOT_OK = 1;
    public static final int USAGE = 2;
    public static final int CONFIGURATION = 3;
    /** The database lacks something that {@code rowmesh prepare} names. */
    public static final int LACKING = 4;
    public static final int CANNOT_CONNECT = 5;

    private ExitCodes() {
    }
}
