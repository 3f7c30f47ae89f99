// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.testing.Cuts.Cut;
import anymesh.kit.testing.Cuts.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A TCP proxy on loopback in front of one plaintext gRPC server, which cuts connections in the middle of calls. It reads
 * along in HTTP/2's frames only to know which calls a cut would hit.
 */
public final class CuttingProxy implements AutoCloseable {
    private static final int CHUNK = 16 << 10;
    private static final int LINGER_MILLIS = 2_000;

    private final InetSocketAddress stage;
    private final Cuts cuts;
    private final ServerSocket server;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    /** Listens on a free port. */
    public CuttingProxy(String host, int port, Cuts cuts) throws IOException {
        this.stage = new InetSocketAddress(host, port);
        this.cuts = cuts;
        this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy-" + port).start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var caller = server.accept();
                Thread.ofVirtual().start(() -> join(caller));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    /**
     * Where nobody listens any more, its caller sees a connection that ends before it has said anything, and later ones
     * are refused as the stage's port would refuse them.
     */
    private void join(Socket caller) {
        var to = new Socket();
        try {
            connect(to);
            var link = new Link(caller, to);
            links.add(link);
            link.run();
            links.remove(link);
        } catch (IOException e) {
            close(caller);
            close(to);
        }
    }

    private void connect(Socket to) throws IOException {
        try {
            to.connect(stage);
        } catch (ConnectException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        links.forEach(Link::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    /** One connection of a caller. */
    private final class Link {
        private final Socket caller;
        private final Socket to;
        private final Http2Calls calls = new Http2Calls(this::begins);
        private Optional<Cut> cut = Optional.empty();
        private long left;
        private boolean isOver;

        Link(Socket caller, Socket to) throws IOException {
            this.caller = caller;
            this.to = to;
            caller.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
        }

        /** Until both directions have ended. */
        void run() {
            var ended = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                pump(caller, to, Direction.TO_STAGE);
                ended.countDown();
            });
            pump(to, caller, Direction.TO_CALLER);
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            close();
        }

        private synchronized void begins(String step) {
            var next = cuts.begins(step);
            if (isOver) {
                cuts.cameLate(step);
                return;
            }
            if (cut.isEmpty()) {
                cut = next;
                left = cut.map(Cut::bytes).orElse(0L);
            }
        }

        private void pump(Socket from, Socket to, Direction direction) {
            var chunk = new byte[CHUNK];
            try {
                for (int n; (n = from.getInputStream().read(chunk)) > 0;) {
                    int through = look(chunk, n, direction);
                    to.getOutputStream().write(chunk, 0, through);
                    if (through < n) {
                        end();
                        return;
                    }
                }
                to.shutdownOutput();
            } catch (IOException e) {
                close(); // one side has gone, and the other is to see it
            }
        }

        /** How many of these bytes go through before the connection is cut: all, as a rule. */
        private synchronized int look(byte[] chunk, int n, Direction direction) {
            boolean isArmed = cut.isPresent() && cut.get().direction() == direction;
            if (!isArmed || left >= n) { // a cut that these bytes bring about counts from those that follow
                left -= isArmed ? n : 0;
                calls.read(chunk, 0, n, direction);
                return n;
            }
            int through = (int) left;
            calls.read(chunk, 0, through, direction);
            var hit = new HashSet<>(calls.open()); // what would have ended with the bytes that are lost is hit too
            calls.read(chunk, through, n - through, direction);
            if (direction == Direction.TO_STAGE) {
                hit.addAll(calls.open()); // and what would have begun with them
            }
            if (cuts.mayCut(cut.get(), hit)) {
                isOver = true;
                return through;
            }
            cut = Optional.empty();
            return n;
        }

        private void end() throws IOException {
            switch (cut.orElseThrow().manner()) {
                case RST -> {
                    caller.setSoLinger(true, 0);
                    to.setSoLinger(true, 0);
                    close();
                }
                case FIN -> {
                    // Closing a socket with unread bytes would reset it: what still comes is read and forgotten.
                    caller.shutdownOutput();
                    to.shutdownOutput();
                    for (var socket : new Socket[]{caller, to}) {
                        socket.setSoTimeout(LINGER_MILLIS);
                    }
                    Thread.ofVirtual().start(() -> forget(caller, Direction.TO_STAGE));
                    forget(to, Direction.TO_CALLER);
                }
            }
        }

        private void forget(Socket socket, Direction direction) {
            var chunk = new byte[CHUNK];
            try (socket) {
                for (int n; (n = socket.getInputStream().read(chunk)) > 0;) {
                    synchronized (this) {
                        calls.read(chunk, 0, n, direction);
                    }
                }
            } catch (IOException e) {
                // It has ended in another way.
            }
        }

        void close() {
            CuttingProxy.close(caller);
            CuttingProxy.close(to);
        }
    }
}
