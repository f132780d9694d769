package io.rowmesh.agent.log;

/** The change log cannot do what was asked; the message is one sentence that says what, where, and what to do. */
public final class ChangeLogException extends RuntimeException {

    public ChangeLogException(String message) {
        super(message);
    }

    public ChangeLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
