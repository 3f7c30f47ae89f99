// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Media inside a request: RFC 2397 data URLs and plain base64. */
final class DataUrl {
    private DataUrl() {}

    /** The bytes of {@code data:<type>/…;base64,…}. URLs that would have to be fetched are refused. */
    static ByteString decode(String url, String type, int maxBytes, String param) {
        if (!url.regionMatches(true, 0, "data:", 0, 5)) {
            throw new InvalidInput(isWeb(url)
                    ? "Invalid '" + param + "': this server fetches no URLs. Send the media as a data URL: "
                            + "data:" + type + "/…;base64,…"
                    : "Invalid '" + param + "': expected a data URL: data:" + type + "/…;base64,…", param);
        }
        int comma = url.indexOf(',');
        String head = comma < 0 ? "" : url.substring(5, comma).toLowerCase(Locale.ROOT);
        if (!head.endsWith(";base64")) {
            throw new InvalidInput("Invalid '" + param + "': expected base64 data: data:" + type + "/…;base64,…",
                    param);
        }
        if (!head.startsWith(type + "/")) {
            throw new InvalidInput("Invalid '" + param + "': expected media of type " + type + "/…", param);
        }
        return base64(url.substring(comma + 1), maxBytes, param);
    }

    private static boolean isWeb(String url) {
        String start = url.substring(0, Math.min(url.length(), 8)).toLowerCase(Locale.ROOT);
        return start.startsWith("http://") || start.startsWith("https://");
    }

    static ByteString base64(String data, int maxBytes, String param) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(data.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException _) {
            throw new InvalidInput("Invalid '" + param + "': the base64 data is broken.", param);
        }
        if (bytes.length == 0) {
            throw new InvalidInput("Invalid '" + param + "': there is no data.", param);
        }
        if (bytes.length > maxBytes) {
            throw new InvalidInput("Invalid '" + param + "': " + bytes.length + " bytes are more than the "
                    + maxBytes + " that one media item may have.", param);
        }
        return UnsafeByteOperations.unsafeWrap(bytes); // nobody else holds the array
    }

    /** {@code bytes} as a data URL. */
    static String encode(String mimeType, ByteString bytes) {
        return "data:" + mimeType + ";base64," + base64(bytes);
    }

    static String base64(ByteString bytes) {
        return StandardCharsets.ISO_8859_1.decode(Base64.getEncoder().encode(bytes.asReadOnlyByteBuffer())).toString();
    }
}
