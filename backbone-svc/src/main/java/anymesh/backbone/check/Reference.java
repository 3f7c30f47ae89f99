// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.kit.check.ReferenceFile;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.Turn;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bundle's {@code check.json}: what the library that the model comes from answered at temperature 0.
 *
 * @param library its name and version
 * @param tolerance how far a log probability may be off; null for what the bundle's precision allows
 */
public record Reference(@JsonProperty("reference") String library, @Nullable Float tolerance, List<Sample> samples) {
    public Reference {
        samples = ReferenceFile.samples(library, samples);
    }

    /** That of a bundle, if it has one. */
    public static Optional<Reference> of(ModelBundle bundle) {
        return ReferenceFile.read(bundle, Reference.class);
    }

    /**
     * One prompt and its answer.
     *
     * @param promptTokens the ids of the whole prompt; empty if they are not known
     * @param tokens the ids of the answer, without the one that ended it
     * @param logprobs of these tokens; fewer where they are not known
     * @param finish {@code stop} if the model ended it, else {@code length}
     */
    public record Sample(List<Message> messages, @JsonProperty("prompt_tokens") List<Long> promptTokens,
            List<Integer> tokens, List<Float> logprobs, String finish) {

        public Sample {
            if (messages == null || tokens == null || finish == null) {
                throw new BundleException(ReferenceFile.NAME + ": a sample needs messages, tokens and finish");
            }
            messages = List.copyOf(messages);
            tokens = List.copyOf(tokens);
            promptTokens = promptTokens == null ? List.of() : List.copyOf(promptTokens);
            logprobs = logprobs == null ? List.of() : List.copyOf(logprobs);
        }

        boolean isEnded() {
            return finish.equals("stop");
        }

        List<Turn> turns() {
            return messages.stream().map(Message::turn).toList();
        }
    }

    /** One message, of text. */
    public record Message(String role, String content) {

        Turn turn() {
            Role turn = switch (role.toLowerCase(Locale.ROOT)) {
                case "system" -> Role.SYSTEM;
                case "user" -> Role.USER;
                case "assistant" -> Role.ASSISTANT;
                default -> throw new BundleException(
                        "%s: role '%s' (expected: system, user, assistant)".formatted(ReferenceFile.NAME,
                                role));
            };
            return Turn.newBuilder().setRole(turn).addParts(Part.newBuilder().setText(content)).build();
        }
    }
}
