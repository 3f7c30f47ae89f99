// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.wire.Features;
import anymesh.wire.WireLimits;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A checked {@code POST /v1/chat/completions}; {@link FieldRules} says what becomes of the fields that are not read here. */
record ChatRequest(String model, GenerationRequest generation, int n, boolean stream, boolean includeUsage,
        @Nullable String key) {
    /** The most choices that one request may have. */
    private static final int MAX_CHOICES = 8;
    /** The most likeliest tokens that are told of each place. */
    static final int MAX_TOP_LOGPROBS = 20;

    static ChatRequest read(Fields body, HttpLimits limits) {
        String model = model(body);
        FieldRules.chat().check(body);
        var tools = OfferedTools.chat(body);
        List<Message> messages = MessageReader.read(body, limits.maxMedia());
        Long n = body.integer("n", 1, MAX_CHOICES);
        Fields streamOptions = body.object("stream_options");
        boolean includeUsage = streamOptions != null && Boolean.TRUE.equals(streamOptions.bool("include_usage"));
        Long seed = seed(body);
        var format = FormatReader.chat(body);
        var modalities = FormatReader.modalities(ModalityNames.read(body), format, tools, body, "modalities");
        var generation = new GenerationRequest(messages, sampling(body, seed), modalities, List.of(),
                MediaChoices.read(body, modalities, MediaOptions.withSeed(seed)), format, tools);
        return new ChatRequest(model, generation, n == null ? 1 : n.intValue(),
                Boolean.TRUE.equals(body.bool("stream")), includeUsage, key(body));
    }

    static String model(Fields body) {
        String model = body.string("model");
        if (model == null || model.isBlank()) {
            throw body.invalid("model", "You must provide a '%s' parameter.");
        }
        if (model.length() > WireLimits.MAX_NAME_LENGTH) {
            throw body.invalid("model", "Invalid '%s': no model has a name that long.");
        }
        return model;
    }

    static @Nullable Long seed(Fields body) {
        return body.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** Who asks, as OpenAI's clients say it: today's field, or the one that it replaced. */
    static @Nullable String key(Fields body) {
        return Stream.of("safety_identifier", "user").map(body.json()::path).filter(JsonNode::isTextual)
                .map(JsonNode::textValue).findFirst().orElse(null);
    }

    /** Whether the answer is to have OpenAI's {@code message.audio}. */
    boolean wantsAudio() {
        return generation.modalities().contains(Modality.AUDIO);
    }

    /** Whether the log probabilities of its text are wanted. */
    boolean wantsLogprobs() {
        return generation.sampling().hasTopLogprobs();
    }

    private static Sampling sampling(Fields body, @Nullable Long seed) {
        var sampling = sampling(body.number("temperature", 0, 2), body.number("top_p", 0, 1), seed);
        Long maxTokens = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        Long maxCompletionTokens = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (maxCompletionTokens != null) {
            sampling.setMaxTokens(maxCompletionTokens.intValue());
        } else if (maxTokens != null) {
            sampling.setMaxTokens(maxTokens.intValue());
        }
        readTopLogprobs(body, fields -> Boolean.TRUE.equals(fields.bool("logprobs")),
                "'logprobs' must be true for them", sampling);
        return sampling.addAllStop(stop(body)).build();
    }

    /** How to choose among tokens; null is the backbone's choice. */
    static Sampling.Builder sampling(@Nullable Double temperature, @Nullable Double topP, @Nullable Long seed) {
        var sampling = Sampling.newBuilder();
        if (temperature != null) {
            sampling.setTemperature(temperature.floatValue());
        }
        if (topP != null) {
            sampling.setTopP(topP.floatValue());
        }
        return seed == null ? sampling : sampling.setSeed(seed);
    }

    /** Whether log probabilities are wanted, and of how many alternatives too; {@code unless}: what has to be so for these. */
    static void readTopLogprobs(Fields body, Predicate<Fields> areWanted, String unless, Sampling.Builder sampling) {
        Long top = body.integer("top_logprobs", 0, MAX_TOP_LOGPROBS);
        if (areWanted.test(body)) {
            sampling.setTopLogprobs(top == null ? 0 : top.intValue());
        } else if (top != null && top > 0) {
            throw body.invalid("top_logprobs", "Invalid '%s': " + unless + ".");
        }
    }

    private static List<String> stop(Fields body) {
        if (!body.has("stop")) {
            return List.of();
        }
        if (!body.isArray("stop") && !body.isString("stop")) {
            throw body.wrongType("stop", "a string or an array of strings");
        }
        List<String> stop = body.isArray("stop")
                ? body.strings("stop")
                : List.of(body.requiredString("stop"));
        if (stop.size() > 4 || stop.stream().anyMatch(String::isEmpty)) {
            throw body.invalid("stop", "Invalid '%s': expected at most 4 strings, none of them empty.");
        }
        return stop;
    }

    /** What a route must have; see {@link RouteNeeds}. */
    RouteNeeds needs() {
        var outputs = new EnumMap<Modality, String>(Modality.class);
        generation.modalities().forEach(modality -> outputs.put(modality, "modalities"));
        return new RouteNeeds(model, generation.inputs(), outputs, key).withFeatures(features(generation, "logprobs"))
                .withWishes(wishes(generation));
    }

    /** What the backbone must have for a request; {@code logprobs}: the field that asks for these. */
    static Map<String, String> features(GenerationRequest generation, String logprobs) {
        var features = new HashMap<String, String>();
        if (generation.sampling().hasTopLogprobs()) {
            features.put(Features.LOGPROBS, logprobs);
        }
        var format = generation.format();
        if (format != null) {
            features.put(Features.JSON_SCHEMA, format.field());
        }
        var tools = generation.tools();
        if (tools != null && tools.isRequired()) {
            features.put(Features.TOOLS, "tool_choice");
        }
        return features;
    }

    /** What it shall have if any has it. */
    static Set<String> wishes(GenerationRequest generation) {
        return generation.hasTools() ? Set.of(Features.TOOLS) : Set.of();
    }
}
