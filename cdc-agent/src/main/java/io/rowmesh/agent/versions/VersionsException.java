package io.rowmesh.agent.versions;

/** The versions cannot be kept or told; the message is one sentence that says why. */
public final class VersionsException extends RuntimeException {

    VersionsException(String message, Throwable cause) {
        super(message, cause);
    }
}
