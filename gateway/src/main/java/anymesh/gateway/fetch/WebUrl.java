// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import io.netty.util.NetUtil;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An {@code https} URL as far as it is fetched: whom to ask, and for what.
 *
 * @param host a name in small ASCII letters without a dot at its end, or an address
 * @param target path and query, as they are asked for
 */
public record WebUrl(String host, String target) {
    /** What a URL may have: more than any that a store of files signs. */
    public static final int MAX_LENGTH = 8 << 10;

    static final int PORT = 443;

    private static final int MAX_NAME = 253;
    /** A host by itself has no dot and is of somebody's own network. */
    private static final Pattern NAME = Pattern.compile(
            "([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:@]+)(:\\d*)?");

    /** Reads what a client or a redirect says; {@link FetchFailed} for what is no such URL. */
    public static WebUrl parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw FetchFailed.tooLong();
        }
        try {
            return of(new URI(text.strip()));
        } catch (URISyntaxException e) {
            throw new FetchFailed("the URL is not valid.");
        }
    }

    /** Where a redirect from here leads. */
    WebUrl resolve(String location) {
        try {
            return parse(new URI("https://" + host + target).resolve(new URI(location.strip())).toString());
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new FetchFailed("the URL redirects to one that is not valid.");
        } catch (FetchFailed e) {
            throw new FetchFailed("the URL redirects to one that is not fetched: " + e.getMessage());
        }
    }

    private static WebUrl of(URI uri) {
        if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getRawAuthority() == null) {
            throw new FetchFailed("expected an https URL or a data URL.");
        }
        if (uri.getRawAuthority().contains("@")) {
            throw new FetchFailed("the URL may not have a user or a password.");
        }
        var authority = AUTHORITY.matcher(uri.getRawAuthority());
        if (!authority.matches()) {
            throw new FetchFailed("the URL is not valid.");
        }
        String port = authority.group(2);
        if (port != null && port.length() > 1 && !port.substring(1).equals(String.valueOf(PORT))) {
            throw new FetchFailed("the URL may have no port but " + PORT + ".");
        }
        var ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return new WebUrl(host(authority.group(1)),
                ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery());
    }

    /** As browsers read it, what is not ASCII too: other digits and dots may stand for those of an address. */
    private static String host(String written) {
        if (written.startsWith("[")) {
            return written.toLowerCase(Locale.ROOT);
        }
        String host;
        try {
            host = IDN.toASCII(written).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw FetchFailed.notPublic();
        }
        host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!isName(host) && !IPV4.matcher(host).matches()) {
            throw FetchFailed.notPublic(); // an address in some other spelling, for one
        }
        return host;
    }

    static boolean isName(String host) {
        return host.length() <= MAX_NAME && NAME.matcher(host).matches();
    }

    /** The address, where the host is one. */
    Optional<InetAddress> address() {
        if (isName(host)) {
            return Optional.empty();
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            throw FetchFailed.notPublic();
        }
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** Only its host: the rest may hold secrets. */
    @Override
    public String toString() {
        return "https://" + host + "/…";
    }
}
