// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Whether an answer begins as a call does, where no token of its own says so. */
public final class CallHead {
    /** What is known so far; {@code rest} is what came after the beginning of a call, and is null unless that is complete. */
    public record Found(boolean isUndecided, byte @Nullable [] rest) {
        static final Found UNDECIDED = new Found(true, null);
        static final Found NONE = new Found(false, null);
    }

    private final byte[] opening;
    private int at;

    CallHead(byte[] opening) {
        this.opening = opening;
    }

    /** Takes the next token's bytes; null if it is no text. */
    public Found accept(byte @Nullable [] bytes) {
        if (bytes == null) {
            return Found.NONE;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (at == opening.length) {
                return new Found(false, Arrays.copyOfRange(bytes, i, bytes.length));
            }
            if (bytes[i] == opening[at]) {
                at++;
            } else if (at > 0 || (bytes[i] != ' ' && bytes[i] != '\n')) {
                return Found.NONE;
            }
        }
        return at == opening.length ? new Found(false, new byte[0]) : Found.UNDECIDED;
    }
}
