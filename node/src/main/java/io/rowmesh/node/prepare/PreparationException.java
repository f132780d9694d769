package io.rowmesh.node.prepare;

/** A statement of the preparation failed: what it was for, and the server's answer. */
public final class PreparationException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public PreparationException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
