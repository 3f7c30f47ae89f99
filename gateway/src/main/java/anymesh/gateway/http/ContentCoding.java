// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.error.InvalidInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** How a body is packed, by its {@code content-encoding}. */
enum ContentCoding {
    IDENTITY, GZIP, DEFLATE;

    /** What is told to a client that has sent another one, in its words. */
    static final String TAKEN = "gzip, deflate";

    private static final int STEP = 8 << 10;
    private static final int ZLIB_METHOD = 8;
    private static final int ZLIB_CHECK = 31;

    /** Refuses what can't be unpacked with 415. */
    static ContentCoding of(@Nullable String header) {
        List<String> codings = Arrays.stream((header == null ? "" : header).toLowerCase(Locale.ROOT).split(",", -1))
                .map(String::strip).filter(coding -> !coding.isEmpty() && !coding.equals("identity")).toList();
        return switch (codings.isEmpty() ? "" : String.join(", ", codings)) {
            case "" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "deflate" -> DEFLATE;
            default -> throw new HttpRefusal(415, "The content-encoding '" + Fields.abbreviated(String.valueOf(header))
                    + "' is not supported; expected one of " + TAKEN + ", or none.");
        };
    }

    /** The body unpacked, and what it was given back; refuses one that is more than {@code maxBytes} then. */
    BodyBytes unpack(BodyBytes packed, int maxBytes, Room room) {
        if (this == IDENTITY) {
            return packed;
        }
        var unpacked = new BodyBytes(room);
        var step = new byte[STEP];
        try (InputStream in = open(packed.stream())) {
            for (int count = in.read(step); count >= 0; count = in.read(step)) {
                if (count > maxBytes - unpacked.size()) {
                    throw new HttpRefusal(413, "The request body is larger than " + maxBytes
                            + " bytes when it is unpacked.");
                }
                unpacked.append(step, count);
            }
        } catch (IOException e) {
            throw new InvalidInput("The body of your request is not valid " + toString().toLowerCase(Locale.ROOT)
                    + ", as its content-encoding says it is.");
        }
        packed.release();
        return unpacked;
    }

    private InputStream open(InputStream packed) throws IOException {
        if (this == GZIP) {
            return new GZIPInputStream(packed, STEP);
        }
        // RFC 9110 means zlib's format; many clients send the bare one.
        var in = new BufferedInputStream(packed);
        in.mark(2);
        int first = in.read();
        int second = in.read();
        in.reset();
        boolean zlib = (first & 0xF) == ZLIB_METHOD && (first << 8 | second) % ZLIB_CHECK == 0;
        return new InflaterInputStream(in, new Inflater(!zlib)) {
            @Override
            public void close() throws IOException {
                inf.end(); // not done for an inflater that was given
                super.close();
            }
        };
    }
}
