package io.rowmesh.agent.capture;

/** The capture may not start, and trying again does not help; the message says why and what to do. */
final class CaptureRefused extends RuntimeException {

    CaptureRefused(String message) {
        super(message);
    }
}
