package io.rowmesh.node.config;

import java.util.Optional;

/** The region's database, of one of the kinds that a node can stand beside. */
public sealed interface Database {

    /** Its server's name or address. */
    String host();

    /** Its server's TCP port. */
    int port();

    /** The database's name on its server. */
    String name();

    /** Under whom the node connects. */
    String user();

    /** That user's password, if one is needed. */
    Optional<Secret> password();

    /** How the connection is secured, in PostgreSQL's words: disable, prefer, require, verify-ca or verify-full. */
    String sslmode();

    /** The kind and its version as people name it, such as {@code MySQL}. */
    String product();

    /** The same database under another user, for what takes an administrator. */
    Database as(String otherUser, Optional<Secret> otherPassword);

    /** The same settings for a database at another address. */
    Database at(String otherHost, int otherPort, String otherName);

    /**
     * A PostgreSQL database.
     *
     * @param slot        the replication slot through which the capture reads the log
     * @param publication the publication that says what it reads
     */
    record Postgres(String host, int port, String name, String user, Optional<Secret> password, String sslmode,
                    String slot, String publication) implements Database {

        @Override
        public String product() {
            return "PostgreSQL";
        }

        @Override
        public Postgres as(String otherUser, Optional<Secret> otherPassword) {
            return new Postgres(host, port, name, otherUser, otherPassword, sslmode, slot, publication);
        }

        @Override
        public Postgres at(String otherHost, int otherPort, String otherName) {
            return new Postgres(otherHost, otherPort, otherName, user, password, sslmode, slot, publication);
        }
    }

    /**
     * A MySQL database: the one of its server whose tables take part.
     *
     * @param schema   the schema under which its tables are known in the mesh
     * @param serverId the number under which the capture reads the binary log; the version reader has the next one. Neither may be
     *                 another server's or another reader's: MySQL ends the older of two readers of one number
     */
    record MySql(String host, int port, String name, String user, Optional<Secret> password, String sslmode,
                 String schema, long serverId) implements Database {

        /** The number under which the versions are read. */
        public long versionReaderId() {
            return serverId + 1;
        }

        @Override
        public String product() {
            return "MySQL";
        }

        @Override
        public MySql as(String otherUser, Optional<Secret> otherPassword) {
            return new MySql(host, port, name, otherUser, otherPassword, sslmode, schema, serverId);
        }

        @Override
        public MySql at(String otherHost, int otherPort, String otherName) {
            return new MySql(otherHost, otherPort, otherName, user, password, sslmode, schema, serverId);
        }
    }
}
