// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What to answer, and how.
 *
 * @param modalities what the answer may hold; empty: the backbone decides
 * @param required media that the answer must hold; if there are any, it holds no others
 * @param format the form that its text is held to; null if it is free
 * @param tools what it may call; null if nothing
 * @param isGathered whether nobody reads it while it is written
 */
public record GenerationRequest(List<Message> messages, Sampling sampling, List<Modality> modalities,
        List<Modality> required, MediaOptions media, @Nullable AnswerFormat format, @Nullable ToolOffer tools,
        boolean isGathered) {
    public GenerationRequest {
        messages = List.copyOf(messages);
        modalities = List.copyOf(modalities);
        required = List.copyOf(required);
    }

    /** Of an answer whose form is free, and which calls nothing. */
    public GenerationRequest(List<Message> messages, Sampling sampling, List<Modality> modalities,
            List<Modality> required, MediaOptions media) {
        this(messages, sampling, modalities, required, media, null, null);
    }

    /** Of an answer that may be read while it is written. */
    public GenerationRequest(List<Message> messages, Sampling sampling, List<Modality> modalities,
            List<Modality> required, MediaOptions media, @Nullable AnswerFormat format, @Nullable ToolOffer tools) {
        this(messages, sampling, modalities, required, media, format, tools, false);
    }

    /** The same, whose answer nobody reads before it is whole. */
    public GenerationRequest gathered() {
        return new GenerationRequest(messages, sampling, modalities, required, media, format, tools, true);
    }

    /**
     * One of several choices. The first is the request itself; the others have seeds that are hashed from its own, far from
     * those of its media, which are successive. A request without a seed has none for any of them.
     */
    public GenerationRequest choice(int index) {
        if (index == 0) {
            return this;
        }
        var other = sampling.hasSeed()
                ? sampling.toBuilder().setSeed(seed(sampling.getSeed(), index)).build()
                : sampling;
        Long seed = media.seed();
        return new GenerationRequest(messages, other, modalities, required,
                media.withSeedOf(seed == null ? null : seed(seed, index)), format, tools, isGathered);
    }

    /** The first 53 bits of SplitMix64's hash: what JSON's readers can hold, so that a seed that is told can be sent back. */
    private static long seed(long of, int index) {
        long z = of + index * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return (z ^ z >>> 31) >>> 11;
    }

    /** What the caller wrote last. */
    String words() {
        return messages.reversed().stream().filter(message -> message.role() == Role.USER).findFirst().stream()
                .flatMap(message -> message.parts().stream())
                .filter(ModalityInput.Text.class::isInstance).map(part -> ((ModalityInput.Text) part).text())
                .collect(Collectors.joining(" "));
    }

    /** The modalities of the conversation's media, each with the field that holds the first of them. */
    public Map<Modality, String> inputs() {
        var inputs = new EnumMap<Modality, String>(Modality.class);
        messages.stream().flatMap(message -> message.parts().stream()).forEach(part -> {
            if (part instanceof ModalityInput.Media(Modality modality, _, String param)) {
                inputs.putIfAbsent(modality, param);
            }
        });
        return inputs;
    }

    /** Whether tools have a part in it, now or in its history. */
    public boolean hasTools() {
        return tools != null || messages.stream()
                .anyMatch(message -> message.role() == Role.TOOL || !message.calls().isEmpty());
    }

    /** The media of one modality, in the order in which they stand in the conversation. */
    public List<ModalityInput.Media> mediaOf(Modality modality) {
        return messages.stream()
                .flatMap(message -> message.parts().stream())
                .filter(ModalityInput.Media.class::isInstance)
                .map(ModalityInput.Media.class::cast)
                .filter(media -> media.modality() == modality)
                .toList();
    }
}
