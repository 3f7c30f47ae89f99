// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.gateway.routing.Draw;
import anymesh.kit.catalogue.Modalities;
import anymesh.v1.Modality;
import java.time.Duration;
import java.time.Instant;

/**
 * That what enters the generator of a modality is to be kept, and how much of it. The compact constructor throws
 * {@code IllegalArgumentException} for what can't be.
 *
 * @param share of the requests, in percent
 * @param max files, of all gateways that share the folder
 * @param folder absolute, where gateways write
 * @param ended why it is over before its time; empty if it is not
 */
public record Recording(String id, Modality modality, double share, int max, Instant since, Instant until,
        String folder, String who, String why, String ended) {
    /** What all files of one may take. */
    static final long MOST_BYTES = 64L << 20;
    private static final int MOST_FILES = 10_000;
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final double ALL = 100;

    public Recording {
        if (!(share > 0 && share <= ALL)) {
            throw new IllegalArgumentException("share: %s (expected: more than 0, up to 100 percent)".formatted(share));
        }
        if (max < 1 || max > MOST_FILES) {
            throw new IllegalArgumentException("max: %d (expected: 1 to %d)".formatted(max, MOST_FILES));
        }
        var time = Duration.between(since, until);
        if (!time.isPositive() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("for: %s (expected: up to %s)".formatted(time, LONGEST));
        }
        if (!folder.startsWith("/")) {
            throw new IllegalArgumentException("to: %s (expected: an absolute folder)".formatted(folder));
        }
        if (who.isBlank() || why.isBlank()) {
            throw new IllegalArgumentException(
                    "why: say why (--why \"…\"): what users asked for is kept, and this stands in the logs");
        }
    }

    /** The same, over before its time. */
    Recording ended(String text) {
        return new Recording(id, modality, share, max, since, until, folder, who, why, text);
    }

    public boolean isOver(Instant now) {
        return !ended.isEmpty() || !now.isBefore(until);
    }

    /** Why it is over, if it is. */
    public String end() {
        return ended.isEmpty() ? "its time is over" : ended;
    }

    /** Whether a request is of the sample: all that it makes, or nothing. A caller can't choose to be. */
    boolean takes(Draw draw) {
        return draw.lot("recording/" + id) * ALL < share;
    }

    /** What the names of its files begin with. */
    String prefix() {
        return Modalities.name(modality) + "-" + id + "-";
    }
}
