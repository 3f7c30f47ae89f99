// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A network between a gateway and one stage that can be slow, lose everything, or be cut: a TCP relay on a free loopback port. */
final class FaultyLink implements AutoCloseable {
    private static final int CHUNK = 1024;

    private final int target;
    private final ServerSocket server;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong carried = new AtomicLong();
    private volatile long millisAChunk;
    private volatile long swallowAfter = Long.MAX_VALUE;
    private volatile long cutAfter = Long.MAX_VALUE;

    private FaultyLink(int target, ServerSocket server) {
        this.target = target;
        this.server = server;
    }

    static FaultyLink to(int port) {
        try {
            var link = new FaultyLink(port, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.startVirtualThread(link::accept);
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Bytes that came from the stage so far. */
    long carried() {
        return carried.get();
    }

    /** From now on each kilobyte takes this long, each way. */
    void slowDown(long millis) {
        millisAChunk = millis;
    }

    /** What the stage sends after so many bytes more is lost, without a sign. */
    void swallowAfter(long bytes) {
        swallowAfter = carried.get() + bytes;
    }

    /** After so many bytes more from the stage the connections break, once. */
    void cutAfter(long bytes) {
        cutAfter = carried.get() + bytes;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var near = server.accept();
                var far = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(near);
                open.add(far);
                Thread.startVirtualThread(() -> relay(near, far, false));
                Thread.startVirtualThread(() -> relay(far, near, true));
            } catch (IOException e) {
                // Closed, or the stage is gone: the connection is refused, as a network does.
            }
        }
    }

    private void relay(Socket from, Socket to, boolean fromStage) {
        try (from; to) {
            var buffer = new byte[CHUNK];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read; (read = in.read(buffer)) > 0;) {
                Thread.sleep(millisAChunk);
                long sent = fromStage ? carried.addAndGet(read) : carried.get();
                if (sent > cutAfter) {
                    cutAfter = Long.MAX_VALUE;
                    cut();
                    return;
                }
                if (!fromStage || sent <= swallowAfter) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException | InterruptedException e) {
            // The other direction or the test has closed it.
        }
    }

    private void cut() throws IOException {
        for (var socket : open) {
            socket.close();
        }
        open.clear();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
