package io.rowmesh.schema.stream;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A host (name, IPv4, or IPv6 without brackets) and a port. */
public record Endpoint(String host, int port) {

    /** Reads {@code host:port} or {@code [v6]:port}; throws IllegalArgumentException with what is expected. */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException("an IPv6 address needs brackets, like [::1]:7401");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("expected host:port");
        }
        return new Endpoint(host, port(text.substring(colon + 1)));
    }

    public static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65535) {
            throw new IllegalArgumentException("the port must be a number from 0 to 65535");
        }
        return Integer.parseInt(digits);
    }

    /** Whether only this machine can reach it. A name is loopback only if it is {@code localhost}: others may be changed. */
    public boolean isLoopback() {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        if (!host.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return false;
        }
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
