package io.rowmesh.agent.capture;

/** The capture may not start before a person has done something; the message says why and what to do. */
final class CaptureRefused extends RuntimeException {

    CaptureRefused(String message) {
        super(message);
    }
}
