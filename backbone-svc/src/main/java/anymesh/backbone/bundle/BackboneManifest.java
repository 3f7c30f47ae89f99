// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The keys that an {@code llm_backbone} adds to a manifest, as they stand in the file; docs/bundles.md explains them. */
record BackboneManifest(List<String> accepts, Prompt prompt, List<String> stop, Map<String, SignalRun> signals,
        List<String> tasks, @JsonProperty("response_formats") List<String> responseFormats, @Nullable Draft draft) {

    BackboneManifest {
        accepts = accepts == null ? List.of() : List.copyOf(accepts);
        Objects.requireNonNull(prompt, "prompt is missing");
        stop = stop == null ? List.of() : List.copyOf(stop);
        signals = signals == null ? Map.of() : Map.copyOf(signals);
        tasks = tasks == null ? List.of() : List.copyOf(tasks);
        responseFormats = responseFormats == null ? List.of() : List.copyOf(responseFormats);
    }

    /** Either {@code roles}, with {@code begin} or without, or {@code template}. */
    record Prompt(@Nullable String begin, @Nullable Map<String, Affixes> roles, @Nullable String template,
            Map<String, Marks> media) {

        Prompt {
            if ((roles == null) == (template == null)) {
                throw new IllegalArgumentException(roles == null
                        ? "prompt.roles is missing, and so is prompt.template"
                        : "prompt: roles and a template (expected: one of them)");
            }
            if (template != null && begin != null) {
                throw new IllegalArgumentException(
                        "prompt: begin and a template (expected: the template to write the beginning)");
            }
            roles = roles == null ? null : Map.copyOf(roles);
            media = media == null ? Map.of() : Map.copyOf(media);
        }
    }

    record Affixes(@Nullable String prefix, @Nullable String suffix) {}

    record Marks(@Nullable String open, @Nullable String close) {}

    /** A draft model: where its config is, beside which its files are, and how many tokens it may guess at a time. */
    record Draft(@JsonProperty("genai_config") String genaiConfig, Integer tokens) {
        private static final int MOST = 64;

        Draft {
            Objects.requireNonNull(genaiConfig, "draft.genai_config is missing");
            Objects.requireNonNull(tokens, "draft.tokens is missing");
            if (tokens < 1 || tokens > MOST) {
                throw new IllegalArgumentException("draft.tokens: %d (expected: 1 to %d)".formatted(tokens, MOST));
            }
        }
    }

    record SignalRun(List<String> tokens, int offset, boolean forced, String produces) {

        SignalRun {
            tokens = List.copyOf(Objects.requireNonNull(tokens, "tokens of a signal are missing"));
            Objects.requireNonNull(produces, "produces of a signal is missing");
        }
    }
}
