// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code traceparent} header of W3C Trace Context (https://www.w3.org/TR/trace-context/).
 *
 * @param traceId 32 hex digits, one trace a request
 * @param spanId  16 hex digits, one span a hop
 * @param flags   2 hex digits, passed on as they came
 */
record TraceParent(String traceId, String spanId, String flags) {
    private static final Pattern FORMAT = Pattern
            .compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final HexFormat HEX = HexFormat.of();

    /** What the header says, or a new trace if it is absent or malformed, as the specification asks. */
    static TraceParent parseOrNew(@Nullable String header) {
        Matcher matcher = FORMAT.matcher(header == null ? "" : header);
        if (!matcher.matches()) {
            return new TraceParent(HEX.toHexDigits(random()) + HEX.toHexDigits(random()), HEX.toHexDigits(random()),
                    "01");
        }
        return new TraceParent(matcher.group(1), matcher.group(2), matcher.group(3));
    }

    /** The next hop in the same trace. */
    TraceParent child() {
        return new TraceParent(traceId, HEX.toHexDigits(random()), flags);
    }

    @Override
    public String toString() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }

    /** Never zero, which the specification forbids. */
    private static long random() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }
}
