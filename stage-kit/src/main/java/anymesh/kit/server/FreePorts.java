// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports on loopback that nobody has, over TCP and UDP, for processes that cannot choose one themselves and keep it when they are started again. */
public final class FreePorts {
    private FreePorts() {}

    /** So many different ones. Somebody else may take one before it is used. */
    public static List<Integer> of(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            // All open at once, or the same port could come twice.
            for (var ports = new ArrayList<Integer>();;) {
                if (ports.size() == count) {
                    return ports;
                }
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                if (isFreeForDatagrams(socket.getLocalPort())) {
                    ports.add(socket.getLocalPort());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no free port: " + e.getMessage(), e);
        } finally {
            sockets.forEach(FreePorts::close);
        }
    }

    private static boolean isFreeForDatagrams(int port) throws IOException {
        try (var socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException _) {
            return false;
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
