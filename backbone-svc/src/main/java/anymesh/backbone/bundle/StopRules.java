// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import java.util.List;
import java.util.Set;

/** What ends an answer: single tokens, and texts that the tokenizer has no single token for (Vicuna's {@code ###}). */
public record StopRules(Set<Long> tokens, List<String> texts) {

    public StopRules {
        tokens = Set.copyOf(tokens);
        texts = List.copyOf(texts);
    }
}
