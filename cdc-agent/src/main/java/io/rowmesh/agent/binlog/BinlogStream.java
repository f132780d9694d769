package io.rowmesh.agent.binlog;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.network.AuthenticationException;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import com.github.shyiko.mysql.binlog.network.ServerException;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One connection's life as a replica of a server, read on the thread that runs it: what its reader takes slowly waits at the server.
 * It ends at the first fault, and is never used again.
 */
public final class BinlogStream {

    /** Held, or its level would be forgotten; named after the class that is run. What the client tells there is told by us. */
    private static final Logger CLIENT_LOG = Logger.getLogger(Client.class.getName());
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** With nothing to tell the server says so as often. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    /** A server that says nothing for as long is dead, or cannot be reached. */
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final int FATAL_READING = 1236;

    static {
        CLIENT_LOG.setLevel(Level.OFF);
    }

    private final BinlogAddress address;
    private final EventReading reading;
    private final LogReader reader;
    private final Client client;

    private volatile boolean closed;
    private Throwable failure;

    /**
     * @param serverId   which no other replica of the server has
     * @param foldsNames as {@link ServerState#foldsNames}
     * @param read      transactions that are not wanted again; grows with what is read
     * @param positions how places in the log are counted
     */
    public BinlogStream(BinlogAddress address, long serverId, boolean foldsNames, GtidSet read, BinlogPositions positions, LogReader reader) {
        this.address = address;
        this.reader = reader;
        this.client = new Client(address);
        this.reading = new EventReading(reader, read, positions, foldsNames, client::getMasterServerId);
        client.setServerId(serverId);
        client.setGtidSet(read.toString());
        client.setKeepAlive(false);
        client.setHeartbeatInterval(HEARTBEAT.toMillis());
        client.setConnectTimeout(CONNECT_TIMEOUT.toMillis());
        client.setSSLMode(SSLMode.valueOf(address.tls().toUpperCase(Locale.ROOT)));
        client.setSocketFactory(BinlogStream::socket);
        client.setEventDeserializer(new RawEvents());
        client.registerEventListener(this::take);
        client.registerLifecycleListener(new Listener());
    }

    private static Socket socket() throws SocketException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) SILENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Where transactions are kept is ours, and events come as bytes: the client must not look into them. */
    private static final class Client extends BinaryLogClient {
        Client(BinlogAddress address) {
            super(address.host(), address.port(), address.user(), address.password() == null ? "" : address.password());
        }

        boolean hasReadAll() throws IOException {
            return channel.getInputStream().available() == 0;
        }

        @Override
        protected void updateGtidSet(Event event) {
            // Ours is kept by EventReading.
        }

        @Override
        protected void ensureGtidEventDataDeserializer() {
            // They are read by EventReading.
        }
    }

    private final class Listener extends BinaryLogClient.AbstractLifecycleListener {
        @Override
        public void onConnect(BinaryLogClient connected) {
            if (closed) {
                end(null);
            } else {
                try {
                    reader.opened();
                } catch (RuntimeException | Error e) {
                    end(e);
                }
            }
        }

        @Override
        public void onCommunicationFailure(BinaryLogClient ended, Exception e) {
            fail(e);
        }

        @Override
        public void onEventDeserializationFailure(BinaryLogClient client, Exception e) {
            end(e);
        }
    }

    /** The client would log what its listeners throw, and go on. */
    private void take(Event event) {
        if (failure != null || closed) {
            return;
        }
        try {
            reading.take(event);
            if (reading.isBetween() && client.hasReadAll()) {
                reader.idle();
            }
        } catch (IOException | RuntimeException | Error e) {
            end(e);
        }
    }

    private void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    private void end(Throwable e) {
        if (e != null) {
            fail(e);
        }
        disconnect();
    }

    /**
     * Reads until it is closed.
     *
     * @throws BinlogException when it ends for any other reason; what the reader throws comes as it is
     */
    public void run() {
        try {
            client.connect();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        if (failure instanceof BinlogException || failure instanceof Error) {
            rethrow(failure);
        }
        if (closed) {
            return;
        }
        if (failure instanceof RuntimeException) {
            rethrow(failure);
        }
        throw sentence(failure);
    }

    private static void rethrow(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) e;
    }

    /** Ends {@link #run}, from any thread. */
    public void close() {
        closed = true;
        disconnect();
    }

    private void disconnect() {
        try {
            client.disconnect();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private BinlogException sentence(Throwable e) {
        if (e instanceof ServerException server && server.getErrorCode() == FATAL_READING) {
            return refused(server.getMessage());
        }
        if (e instanceof AuthenticationException || e instanceof ServerException) {
            return BinlogException.passing("the server does not let " + address + " read its binary log (are replication slave and"
                    + " replication client granted?): " + e.getMessage(), e);
        }
        if (e instanceof SocketTimeoutException) {
            return BinlogException.passing("the server's binary log said nothing for " + SILENCE.toSeconds() + " s", e);
        }
        return BinlogException.passing(e == null ? "the server ended the reading of its binary log"
                : "the server's binary log cannot be read: " + innermost(e), e);
    }

    private static String innermost(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** The words differ between versions of the server, but for these. */
    private static BinlogException refused(String message) {
        if (message.contains("purged")) {
            return BinlogException.lasting(ServerState.PURGED);
        }
        if (message.contains("more GTIDs than")) {
            return BinlogException.lasting(ServerState.LOST);
        }
        if (message.contains("same server_uuid/server_id") || message.contains("same server_id")) {
            return BinlogException.passing("another reader took over with our server id: is another node of this region running?", null);
        }
        return BinlogException.passing("the server cannot read its binary log: " + message, null);
    }
}
