package io.rowmesh.agent.binlog;

/**
 * Where the server is and who we are there.
 *
 * @param password may be null
 * @param tls      disabled, preferred, required, verify_ca or verify_identity, the last two against the JVM's trusted certificates
 */
public record BinlogAddress(String host, int port, String user, String password, String tls) {

    /** For messages: never holds the password. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port;
    }
}
