package io.rowmesh.node.prepare;

/** No connection: where to, and what was answered. */
public final class UnreachableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UnreachableException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
