// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.Characters;
import anymesh.gateway.body.EncodedBytes;
import anymesh.gateway.body.PercentDecoded;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Media inside a request: RFC 2397 data URLs and plain base64. What a URL says of the type of its data is not believed,
 * as browsers and libraries say the wrong thing often enough: the encoder looks at the bytes.
 *
 * @param type what the media are, to tell a client, such as {@code image}
 * @param maxBytes what one may have
 * @param param the field that holds it
 */
record DataUrl(String type, int maxBytes, String param) {
    private static final int MAX_HEAD = 1 << 10;

    /** Before a comma of its own, which codecs in a type have too: {@code video/webm;codecs=vp9,opus;base64,…}. */
    private static final Pattern BASE64_DATA = Pattern.compile(";\\s*base64\\s*,", Pattern.CASE_INSENSITIVE);
    private static final Pattern BASE64_SOMEWHERE = Pattern.compile(";\\s*base64\\s*(;|$)", Pattern.CASE_INSENSITIVE);
    /** Up to the first comma that is not in quotes. */
    private static final Pattern HEAD = Pattern.compile("(?:[^,\"]++|\"[^\"]*+\")*+,");

    /** The bytes of a data URL. URLs that would have to be fetched are refused. */
    ByteString decode(Characters url) {
        try (InputStream in = url.bytes()) {
            String start = new String(in.readNBytes(MAX_HEAD), StandardCharsets.ISO_8859_1);
            if (!isDataUrl(start)) {
                throw refused(isWeb(start)
                        ? "this server fetches no URLs. Send the media as a data URL: data:" + type + "/…;base64,…"
                        : "expected a data URL: data:" + type + "/…;base64,…");
            }
            Matcher base64 = BASE64_DATA.matcher(start);
            Matcher head = HEAD.matcher(start);
            if (base64.find()) {
                return read(url, base64.end(), true, true);
            }
            if (!head.lookingAt()) {
                throw refused("expected a data URL: data:" + type + "/…;base64,…");
            }
            boolean isBase64 = BASE64_SOMEWHERE.matcher(start.substring(0, head.end() - 1)).find();
            return read(url, head.end(), isBase64, true);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The bytes of plain base64, or of a data URL in its place. */
    ByteString decodeBase64(Characters data) {
        try (InputStream in = data.bytes()) {
            String start = new String(in.readNBytes("data:".length()), StandardCharsets.ISO_8859_1);
            return isDataUrl(start) ? decode(data) : read(data, 0, true, false);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private ByteString read(Characters characters, int from, boolean base64, boolean isUrl) throws IOException {
        try (InputStream in = characters.bytes()) {
            in.skipNBytes(from);
            InputStream data = isUrl ? new PercentDecoded(in) : in;
            int atMost = characters.atMost() - from;
            ByteString bytes = base64
                    ? EncodedBytes.ofBase64(data, atMost, maxBytes, characters.room())
                    : EncodedBytes.ofPlain(data, atMost, maxBytes, characters.room());
            if (bytes.isEmpty()) {
                throw refused("there is no data.");
            }
            return bytes;
        }
    }

    private InvalidInput broken(IOException e) {
        return refused(e instanceof EncodedBytes.TooMany
                ? "it has more than the " + maxBytes + " bytes that one media item may have."
                : e.getMessage() + ".");
    }

    private InvalidInput refused(String why) {
        return new InvalidInput("Invalid '" + param + "': " + why, param);
    }

    private static boolean isDataUrl(String start) {
        return start.regionMatches(true, 0, "data:", 0, "data:".length());
    }

    /** Whether it is a URL that would have to be fetched. */
    static boolean isWeb(Characters url) {
        try (InputStream in = url.bytes()) {
            return isWeb(new String(in.readNBytes("https://".length()), StandardCharsets.ISO_8859_1));
        } catch (IOException _) {
            return false; // who decodes it says why
        }
    }

    private static boolean isWeb(String start) {
        return start.regionMatches(true, 0, "http://", 0, 7) || start.regionMatches(true, 0, "https://", 0, 8);
    }
}
