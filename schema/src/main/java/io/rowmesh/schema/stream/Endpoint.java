package io.rowmesh.schema.stream;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A host and a port, written {@code host:port} or {@code [IPv6]:port}. */
public record Endpoint(String host, int port) {

    /** @throws IllegalArgumentException when the text is no host and port */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port >= 0 && port <= 65_535) {
                return new Endpoint(host, port);
            }
        } catch (NumberFormatException e) {
            // Told below, with the other ways to be wrong.
        }
        throw new IllegalArgumentException("\"" + text + "\" is no address; write host:port");
    }

    /** Whether it can only be reached from this machine. A name that is not known here is not. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
