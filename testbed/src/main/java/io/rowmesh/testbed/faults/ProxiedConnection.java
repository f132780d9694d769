package io.rowmesh.testbed.faults;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** One connection through a {@link TcpProxy}: two pipes, each with a thread that takes bytes and one that hands them on. */
final class ProxiedConnection {

    private static final int READ_BYTES = 16 << 10;
    /** Bytes under way, at most 2 MiB each way: then the sender feels it, as on a real link. */
    private static final int UNDER_WAY = 128;

    private record Bytes(byte[] content, long dueNanos) {
        private static final Bytes LAST = new Bytes(new byte[0], 0);
    }

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server;

    ProxiedConnection(TcpProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    void begin() {
        pipe(client, server);
        pipe(server, client);
    }

    private void pipe(Socket from, Socket to) {
        BlockingQueue<Bytes> underWay = new ArrayBlockingQueue<>(UNDER_WAY);
        TcpProxy.daemon("proxy-take", () -> untilBroken(() -> take(from, underWay)));
        TcpProxy.daemon("proxy-give", () -> untilBroken(() -> give(underWay, to)));
    }

    private void take(Socket from, BlockingQueue<Bytes> underWay) throws IOException, InterruptedException {
        byte[] buffer = new byte[READ_BYTES];
        for (int read = from.getInputStream().read(buffer); read >= 0; read = from.getInputStream().read(buffer)) {
            offer(underWay, new Bytes(Arrays.copyOf(buffer, read), System.nanoTime() + proxy.delayNanos()));
        }
        offer(underWay, Bytes.LAST);
    }

    /** In steps, so that a connection reset while its pipe was full leaves no thread behind. */
    private void offer(BlockingQueue<Bytes> underWay, Bytes bytes) throws IOException, InterruptedException {
        while (!underWay.offer(bytes, 200, TimeUnit.MILLISECONDS)) {
            requireOpen();
        }
    }

    private void give(BlockingQueue<Bytes> underWay, Socket to) throws IOException, InterruptedException {
        while (true) {
            Bytes bytes = underWay.poll(200, TimeUnit.MILLISECONDS);
            requireOpen();
            if (bytes == null) {
                continue;
            }
            TimeUnit.NANOSECONDS.sleep(bytes == Bytes.LAST ? 0 : bytes.dueNanos() - System.nanoTime());
            proxy.awaitFlow();
            if (bytes == Bytes.LAST) {
                to.shutdownOutput();
                return;
            }
            to.getOutputStream().write(bytes.content());
            proxy.forwarded(bytes.content().length);
        }
    }

    private void requireOpen() throws IOException {
        if (client.isClosed() || server.isClosed()) {
            throw new IOException("the connection was reset");
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void untilBroken(Work work) {
        try {
            work.run();
        } catch (IOException | InterruptedException e) {
            // A broken half breaks the other one, as without the proxy.
            reset();
        }
    }

    void reset() {
        reset(client);
        reset(server);
        proxy.gone(this);
    }

    /** Closes with RST: what a crash looks like from the other side. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It was closed already, which is what we want.
        }
    }
}
