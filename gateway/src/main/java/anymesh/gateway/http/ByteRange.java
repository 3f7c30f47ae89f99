// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A part of a file that is asked for, as RFC 9110 has it: one range of bytes; who asks for several gets the whole. */
record ByteRange(long from, long length) {
    private static final Pattern ONE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    /** A range that the file has nothing of. */
    static final class NotThere extends Exception {
        private static final long serialVersionUID = 1L;

        NotThere() {
            super(null, null, false, false);
        }
    }

    /** Empty for the whole, which is what a header that makes no sense is for too. */
    static Optional<ByteRange> of(@Nullable String header, long size) throws NotThere {
        var match = header == null ? null : ONE.matcher(header);
        if (match == null || !match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (match.group(1).isEmpty()) { // the last so many
            long length = Math.min(size, Long.parseLong(match.group(2)));
            return Optional.of(checked(size - length, length));
        }
        long from = Long.parseLong(match.group(1));
        long last = match.group(2).isEmpty() ? size - 1 : Long.parseLong(match.group(2));
        if (last < from && !match.group(2).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(checked(from, Math.min(last, size - 1) - from + 1));
    }

    private static ByteRange checked(long from, long length) throws NotThere {
        if (length <= 0) {
            throw new NotThere();
        }
        return new ByteRange(from, length);
    }
}
