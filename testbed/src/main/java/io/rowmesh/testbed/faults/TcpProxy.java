package io.rowmesh.testbed.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A link between two regions, on this machine, that can be made to fail. Clients connect to {@link #port}. The faults are kept
 * until {@link #heal}, and also meet connections made meanwhile.
 */
public final class TcpProxy implements AutoCloseable {

    private enum Mode { FLOWING, CUT, HANGING }

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong forwardedBytes = new AtomicLong();
    private volatile long delayNanos;
    private Mode mode = Mode.FLOWING;

    private TcpProxy(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /** A link to a port of this machine. */
    public static TcpProxy start(int targetPort) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            TcpProxy proxy = new TcpProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), listener);
            daemon("proxy-accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Bytes handed on so far, both ways together. */
    public long forwardedBytes() {
        return forwardedBytes.get();
    }

    /** Resets every connection, and every new one, until healed. */
    public void cut() {
        setMode(Mode.CUT);
        reset();
    }

    /** Resets every connection there is; new ones flow. */
    public void reset() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Nothing passes any more and nobody is told: a half-open link. What was sent meanwhile arrives when healed. */
    public void hang() {
        setMode(Mode.HANGING);
    }

    /** Each byte from now on arrives this much later, one way. */
    public void delay(Duration oneWay) {
        delayNanos = oneWay.toNanos();
    }

    /** Ends every fault, the delay too. */
    public void heal() {
        delayNanos = 0;
        setMode(Mode.FLOWING);
    }

    private synchronized void setMode(Mode next) {
        mode = next;
        notifyAll();
    }

    private synchronized Mode mode() {
        return mode;
    }

    /** For the connections: waits while hanging. */
    synchronized void awaitFlow() throws InterruptedException {
        while (mode == Mode.HANGING) {
            wait();
        }
    }

    long delayNanos() {
        return delayNanos;
    }

    void forwarded(int bytes) {
        forwardedBytes.addAndGet(bytes);
    }

    void gone(ProxiedConnection connection) {
        connections.remove(connection);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (mode() == Mode.CUT) {
                    ProxiedConnection.reset(client);
                } else {
                    forward(client);
                }
            } catch (IOException e) {
                // Only closing the proxy ends accepting.
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void forward(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(target);
        } catch (IOException e) {
            // Nobody listens behind the link: what the client would see without it.
            ProxiedConnection.reset(client);
            ProxiedConnection.reset(server);
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, server);
        connections.add(connection);
        connection.begin();
        if (mode() == Mode.CUT) {
            connection.reset();
        }
    }

    static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        heal();
        reset();
    }
}
