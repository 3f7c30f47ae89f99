// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An address of the internet at large: the only kind that is connected to. There is no other way to have one than to have an
 * address checked here.
 */
final class PublicAddress {
    /** IANA's special-purpose registry, and what is nobody's. */
    private static final List<Network> NOT_PUBLIC = networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // Azure's own services, at every machine there
            "2001::/23", "2001:db8::/32", "3ffe::/15");
    /** All that was ever given out of IPv6. What is not in it (::1, fc00::/7, fe80::/10, ff00::/8, …) is not public. */
    private static final Network GIVEN_OUT = Network.of("2000::/3");

    /** IPv6 that leads to an IPv4 address, and where that stands in it. Of ::ffff:0:0/96 {@link InetAddress} makes IPv4 by itself. */
    private record Embedding(Network network, int at) {}

    /** 6to4, and NAT64. */
    private static final List<Embedding> EMBEDDINGS = List.of(new Embedding(Network.of("2002::/16"), 2),
            new Embedding(Network.of("64:ff9b::/96"), 12));

    private final InetAddress address;

    private PublicAddress(InetAddress address) {
        this.address = address;
    }

    private static List<Network> networks(String... texts) {
        return Stream.of(texts).map(Network::of).toList();
    }

    /** The same address, if it is public. */
    static Optional<PublicAddress> of(InetAddress address) {
        try { // without what else the object may say of itself, such as a name or an interface
            return isPublic(address.getAddress())
                    ? Optional.of(new PublicAddress(InetAddress.getByAddress(address.getAddress())))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static boolean isPublic(byte[] bytes) {
        for (var embedding : EMBEDDINGS) {
            if (embedding.network().contains(bytes)) {
                return isPublic(Arrays.copyOfRange(bytes, embedding.at(), embedding.at() + 4));
            }
        }
        return (bytes.length == 4 || GIVEN_OUT.contains(bytes))
                && NOT_PUBLIC.stream().noneMatch(network -> network.contains(bytes));
    }

    InetAddress address() {
        return address;
    }

    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
