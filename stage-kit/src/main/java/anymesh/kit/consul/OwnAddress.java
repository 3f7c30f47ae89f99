// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/**
 * The address by which others reach a process that listens on all of its machine's or container's: the one from which packets
 * to Consul leave. It is asked for anew each time, since a container that is started again gets another one. Blocks.
 */
final class OwnAddress {
    private OwnAddress() {}

    /** {@code peer} is host:port; {@link IOException} if its name is not known or no network leads there. */
    static String towards(String peer) throws IOException {
        int colon = peer.lastIndexOf(':');
        var to = new InetSocketAddress(InetAddress.getByName(peer.substring(0, colon)),
                Integer.parseInt(peer.substring(colon + 1)));
        try (var socket = new DatagramSocket()) {
            socket.connect(to); // sends nothing
            var own = socket.getLocalAddress();
            return (own.isLoopbackAddress() ? notLoopback(own) : own).getHostAddress();
        }
    }

    /** With an agent on the same machine the way there says nothing of the way to others. */
    private static InetAddress notLoopback(InetAddress otherwise) throws IOException {
        return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress()
                        && address.getClass() == otherwise.getClass())
                .findFirst().orElse(otherwise);
    }

    static boolean isEverywhere(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }
}
