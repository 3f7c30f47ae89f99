// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import java.util.List;

/**
 * What one answer may and must hold.
 *
 * @param text whether its text is wanted
 * @param allowed the signals that the model may write
 * @param required the runs that it must hold, in this order; all of them allowed
 * @param maxRuns the most runs in all, so that a model that loops cannot start generators without end
 */
public record MediaOptions(boolean text, List<SignalSpec> allowed, List<SignalSpec> required, int maxRuns) {

    public MediaOptions {
        allowed = List.copyOf(allowed);
        required = List.copyOf(required);
    }

    /** Tokens that the required runs take. */
    public int requiredTokens() {
        return required.stream().mapToInt(SignalSpec::length).sum();
    }
}
