package io.rowmesh.agent.capture;

/** The capture cannot go on from here, and starts over from the slot; the message is one sentence that says why. */
public final class CaptureException extends RuntimeException {

    public CaptureException(String message) {
        super(message);
    }

    public CaptureException(String message, Throwable cause) {
        super(message, cause);
    }
}
