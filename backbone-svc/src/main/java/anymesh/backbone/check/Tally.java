// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.backbone.check.CheckReport.Part;
import anymesh.backbone.check.Reference.Sample;
import java.util.ArrayList;
import java.util.List;

/** Counts answers as they come, and compares them. */
final class Tally {
    private final float tolerance;
    private final Comparison.TokenNames names;
    private final long start = System.nanoTime();
    private final List<String> differences = new ArrayList<>();
    private int asked;
    private int ties;
    private float error;
    private long tokens;

    Tally(float tolerance, Comparison.TokenNames names) {
        this.tolerance = tolerance;
        this.names = names;
    }

    void add(Sample sample, Told told) {
        count(told);
        var compared = Comparison.of(sample, told, tolerance, names);
        error = Math.max(error, compared.error());
        ties += compared.isTie() ? 1 : 0;
        if (compared.difference() != null) {
            differences.add("the answer to \"%s\": %s".formatted(start(sample), compared.difference()));
        }
    }

    void count(Told told) {
        asked++;
        tokens += told.completionTokens();
    }

    Part part() {
        return new Part(asked, ties, error, differences, tokens / ((System.nanoTime() - start) / 1e9));
    }

    /** How a sample is called in a message. */
    static String start(Sample sample) {
        var text = sample.messages().getLast().content();
        return text.length() <= 40 ? text : text.substring(0, text.offsetByCodePoints(0, 20)) + "…";
    }
}
