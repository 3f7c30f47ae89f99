// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The bytes alone, over blocking sockets and direct memory: what the machine can do. One thread and socket a lane. */
@SuppressWarnings("try")
final class TcpTransport implements EchoTransport {
    private final ServerSocketChannel server;

    TcpTransport() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public String name() {
        return "raw TCP";
    }

    @Override
    public Lane open(Payload payload) throws IOException {
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        SocketChannel served = server.accept();
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        served.setOption(StandardSocketOptions.TCP_NODELAY, true);
        int bytes = Math.toIntExact(payload.bytes());
        Thread echo = Thread.ofPlatform().daemon().name("tcp-echo").start(() -> echo(served, bytes));
        return new TcpLane(client, echo, bytes);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static void echo(SocketChannel socket, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        try (socket) {
            while (true) {
                readFully(socket, buffer.clear());
                writeFully(socket, buffer.flip());
            }
        } catch (IOException end) {
            // the lane was closed
        }
    }

    private static void readFully(SocketChannel socket, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (socket.read(buffer) < 0) {
                throw new EOFException();
            }
        }
    }

    private static void writeFully(SocketChannel socket, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            socket.write(buffer);
        }
    }

    private static final class TcpLane implements Lane {
        private final SocketChannel socket;
        private final Thread echo;
        private final ByteBuffer sent;
        private final ByteBuffer received;

        TcpLane(SocketChannel socket, Thread echo, int bytes) {
            this.socket = socket;
            this.echo = echo;
            this.sent = ByteBuffer.allocateDirect(bytes);
            this.received = ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public void call(long stamp) throws IOException {
            sent.clear().putLong(0, stamp).putLong(sent.limit() - 8, ~stamp);
            writeFully(socket, sent);
            readFully(socket, received.clear());
            EchoTransport.check(stamp, received.getLong(0), received.getLong(received.limit() - 8));
        }

        @Override
        public void close() throws Exception {
            socket.close();
            echo.join();
        }
    }
}
