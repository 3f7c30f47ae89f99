// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What becomes of every field that OpenAI documents for a route: a closed list, so that none is taken and silently not
 * kept. A field that is not in it belongs to another server and is ignored, but for those in it that would change what
 * comes back. Null is always the same as absent.
 */
final class FieldRules {
    /** What may be said in a field that is not kept as such. */
    private sealed interface Rule {
        /** The route's reader deals with it. */
        record Kept() implements Rule {}

        /** Whatever it says, the answer would be the same. */
        record Harmless() implements Rule {}

        /** Only what is done anyway may be asked for. */
        record Only(String expected, Check check) implements Rule {}
    }

    @FunctionalInterface
    private interface Check {
        boolean passes(JsonNode value);
    }

    private static final Rule KEPT = new Rule.Kept();
    private static final Rule HARMLESS = new Rule.Harmless();
    private static final Rule ABSENT = new Rule.Only("this is not supported here; leave it out", _ -> false);

    private static final FieldRules CHAT = writing()
            .add(KEPT, "model", "messages", "modalities", "audio", "image", "video", "n", "max_tokens",
                    "max_completion_tokens",
                    "seed", "stop", "stream", "stream_options", "temperature", "top_p", "tools", "tool_choice",
                    "parallel_tool_calls", "functions", "response_format", "logprobs", "top_logprobs")
            // Who asks, how it is kept and billed, and hints at how much to think, for models that can.
            .add(HARMLESS, "metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
                    "store", "service_tier", "reasoning_effort", "prediction")
            .add(only("only 'medium' is supported", text -> is(text, "medium")), "verbosity")
            .add(only("functions of the API before tools are not called; expected 'none' or 'auto', or 'tools'",
                    choice -> is(choice, "none", "auto")), "function_call")
            .add(ABSENT, "web_search_options");

    private static final FieldRules RESPONSES = writing()
            .add(KEPT, "model", "input", "instructions", "max_output_tokens", "seed", "stream", "temperature", "top_p",
                    "text", "tools", "tool_choice", "parallel_tool_calls", "metadata", "include", "top_logprobs")
            .add(HARMLESS, "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
                    "prompt_cache_options", "service_tier", "access_programs", "reasoning", "stream_options")
            .add(only("nothing is stored here; expected false", flag -> flag.isBoolean() && !flag.asBoolean()),
                    "store")
            .add(only("nothing is stored here; send the turns before in 'input' and leave it out", _ -> false),
                    "previous_response_id", "conversation")
            .add(only("no prompts are kept here; send the text itself in 'instructions' or 'input'", _ -> false),
                    "prompt")
            .add(only("nothing is stored here, so an answer can't be fetched later; expected false",
                    flag -> flag.isBoolean() && !flag.asBoolean()), "background")
            .add(only("only 'disabled' is supported: what is too long is refused",
                    text -> is(text, "disabled")), "truncation")
            .add(only("they are asked for with 'message.output_text.logprobs' in 'include' here",
                    flag -> flag.isBoolean() && !flag.asBoolean()), "logprobs")
            .add(only("one response is made; ask again with another seed for another one", n -> isNumber(n, 1)), "n")
            .add(only("a response has text and pictures; ask /v1/chat/completions for sounds and films", _ -> false),
                    "modalities", "audio", "video")
            .add(only("previews are asked for in the tool 'image_generation'",
                    image -> image.isObject() && !image.has("partial_images")), "image")
            .add(only("its name is 'max_output_tokens' here", _ -> false), "max_tokens", "max_completion_tokens")
            .add(only("its name is 'input' here", _ -> false), "messages")
            .add(only("its name is 'text.format' here", _ -> false), "response_format")
            .add(ABSENT, "background_options", "context_management", "max_tool_calls", "moderation", "stop",
                    "functions", "function_call");

    /** Of the field {@code text} of a response. */
    private static final FieldRules RESPONSE_TEXT = new FieldRules()
            .add(KEPT, "format")
            .add(only("only 'medium' is supported", text -> is(text, "medium")), "verbosity");

    /** Of the tool {@code image_generation} of a response. */
    private static final FieldRules IMAGE_TOOL = new FieldRules()
            .add(KEPT, "type", "size", "output_format", "output_compression", "partial_images")
            .add(HARMLESS, "moderation", "input_fidelity")
            .add(only("the model of the request has its own generator; leave it out", _ -> false), "model")
            .add(only("only 'auto' is supported: the model sees what is asked for", text -> is(text, "auto")), "action")
            .add(only("only 'auto' and 'opaque' are supported", text -> is(text, "auto", "opaque")), "background")
            // Whichever is asked for, a picture is drawn as well as the model can.
            .add(only("expected 'auto', 'low', 'medium', 'high', 'xhigh' or 'max'",
                    text -> is(text, "auto", "low", "medium", "high", "xhigh", "max")), "quality")
            .add(only("one picture is drawn at a time; expected 1", n -> isNumber(n, 1)), "n")
            .add(ABSENT, "input_image_mask", "complexity", "frame_count", "frame_duration_ms", "svg");

    /** What all routes have on which a model writes. */
    private static FieldRules writing() {
        return new FieldRules()
                .add(only("the sampler has no penalties; expected 0", n -> isNumber(n, 0)), "presence_penalty",
                        "frequency_penalty")
                .add(only("the sampler has no biases; expected none", bias -> bias.isObject() && bias.isEmpty()),
                        "logit_bias")
                // What other servers have for an enforced form.
                .add(ABSENT, "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs",
                        "grammar", "json_schema", "regex");
    }

    private static final FieldRules EMBEDDINGS = new FieldRules()
            .add(KEPT, "model", "input", "dimensions")
            .add(HARMLESS, "user", "safety_identifier")
            .add(only("expected 'float' or 'base64'", text -> is(text, "float", "base64")), "encoding_format");

    private static final FieldRules SOUNDS = new FieldRules()
            .add(KEPT, "model", "prompt", "response_format", "seed", "num_inference_steps", "guidance_scale")
            .add(HARMLESS, "user", "safety_identifier")
            .add(only("one sound is made; ask again with another seed for another one", n -> isNumber(n, 1)), "n")
            .add(only("a sound comes as its file; expected 'audio'", text -> is(text, "audio")), "stream_format")
            .add(only("the models here make sounds of one length; leave it out", _ -> false), "seconds", "duration")
            .add(ABSENT, "negative_prompt", "voice");

    private static final FieldRules SPEECH = new FieldRules()
            .add(KEPT, "model", "input", "response_format")
            .add(HARMLESS, "user", "safety_identifier")
            .add(only("expected 'audio' or 'sse'", text -> is(text, "audio", "sse")), "stream_format")
            // A model that speaks has one voice, whatever it is called.
            .add(only("expected the name of a voice", voice -> voice.isTextual() || voice.isObject()), "voice")
            .add(only("only 1 is supported", n -> isNumber(n, 1)), "speed")
            .add(ABSENT, "instructions");

    private static final FieldRules TRANSCRIPTIONS = new FieldRules()
            .add(KEPT, "file", "model", "language", "prompt", "temperature", "stream")
            .add(HARMLESS, "user", "safety_identifier", "chunking_strategy")
            .add(only("only 'json' and 'text' are supported", text -> is(text, "json", "text")), "response_format")
            .add(ABSENT, "include", "timestamp_granularities", "known_speaker_names", "known_speaker_references");

    private static final FieldRules TRANSLATIONS = new FieldRules()
            .add(KEPT, "file", "model", "prompt", "temperature")
            .add(HARMLESS, "user", "safety_identifier")
            .add(only("only 'json' and 'text' are supported", text -> is(text, "json", "text")), "response_format")
            .add(ABSENT, "stream", "language");

    private static final FieldRules IMAGES = pictures()
            .add(KEPT, "prompt", "seed", "num_inference_steps", "guidance_scale", "output_format", "output_compression",
                    "stream", "partial_images")
            .add(HARMLESS, "moderation")
            .add(only("only 'vivid' is supported; say in the prompt how it shall look", text -> is(text, "vivid")),
                    "style");

    private static final FieldRules IMAGE_EDITS = pictures()
            .add(KEPT, "image", "prompt", "seed", "num_inference_steps", "guidance_scale", "output_format",
                    "output_compression", "stream", "partial_images")
            // A hint at how closely to look; the encoder looks as it does.
            .add(HARMLESS, "input_fidelity")
            .add(only("no model here draws inside of a mask; leave it out and say in the prompt what shall change",
                    _ -> false), "mask");

    private static final FieldRules IMAGE_VARIATIONS = pictures().add(KEPT, "image", "seed");

    /** What all routes of pictures have. */
    private static FieldRules pictures() {
        return new FieldRules()
                .add(KEPT, "model", "n", "size")
                .add(HARMLESS, "user", "safety_identifier")
                .add(only("expected 'b64_json' or 'url'", text -> is(text, "b64_json", "url")), "response_format")
                .add(only("only 'auto' and 'opaque' are supported", text -> is(text, "auto", "opaque")), "background")
                // Whichever is asked for, a picture is drawn as well as the model can.
                .add(only("expected 'auto', 'standard', 'hd', 'low', 'medium' or 'high'",
                        text -> is(text, "auto", "standard", "hd", "low", "medium", "high")), "quality")
                .add(ABSENT, "negative_prompt");
    }

    private static final FieldRules VIDEOS = new FieldRules()
            .add(KEPT, "model", "prompt", "seconds", "size", "input_reference", "seed", "num_inference_steps",
                    "guidance_scale")
            .add(HARMLESS, "user", "safety_identifier", "metadata")
            // What other servers have for the length, and what else would change the film.
            .add(ABSENT, "negative_prompt", "num_frames", "fps", "characters");

    private static final FieldRules FILES = new FieldRules()
            .add(KEPT, "file", "purpose", "expires_after[anchor]", "expires_after[seconds]")
            .add(only("write its fields as 'expires_after[anchor]' and 'expires_after[seconds]'", _ -> false),
                    "expires_after");

    private static final FieldRules REMIXES = new FieldRules()
            .add(KEPT, "prompt")
            .add(HARMLESS, "user", "safety_identifier", "metadata")
            .add(ABSENT, "negative_prompt", "seconds", "size", "input_reference", "seed", "num_frames", "fps");

    private final Map<String, Rule> rules = new TreeMap<>();

    private FieldRules() {}

    static FieldRules chat() {
        return CHAT;
    }

    static FieldRules responses() {
        return RESPONSES;
    }

    static FieldRules responseText() {
        return RESPONSE_TEXT;
    }

    static FieldRules imageTool() {
        return IMAGE_TOOL;
    }

    static FieldRules images() {
        return IMAGES;
    }

    static FieldRules files() {
        return FILES;
    }

    static FieldRules videos() {
        return VIDEOS;
    }

    /** Of a change of a film, which is made as the film was. */
    static FieldRules remixes() {
        return REMIXES;
    }

    static FieldRules sounds() {
        return SOUNDS;
    }

    static FieldRules speech() {
        return SPEECH;
    }

    static FieldRules transcriptions() {
        return TRANSCRIPTIONS;
    }

    static FieldRules translations() {
        return TRANSLATIONS;
    }

    static FieldRules embeddings() {
        return EMBEDDINGS;
    }

    static FieldRules imageEdits() {
        return IMAGE_EDITS;
    }

    static FieldRules imageVariations() {
        return IMAGE_VARIATIONS;
    }

    /** Refuses a request that asks for what is not done here, by the first field at fault in alphabetical order. */
    void check(Fields request) {
        rules.forEach((name, rule) -> {
            if (rule instanceof Rule.Only(String expected, Check check) && request.has(name)
                    && !check.passes(request.value(name))) {
                throw request.invalid(name, "Invalid '%s': " + expected.replace("%", "%%") + ".");
            }
        });
    }

    /** The fields that are dealt with. */
    Set<String> kept() {
        return named(KEPT::equals);
    }

    /** The fields that may say something, even if nothing comes of it. */
    Set<String> taken() {
        return named(rule -> !rule.equals(ABSENT));
    }

    private Set<String> named(Predicate<Rule> chosen) {
        return rules.entrySet().stream().filter(rule -> chosen.test(rule.getValue())).map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private FieldRules add(Rule rule, String... names) {
        for (String name : names) {
            rules.put(name, rule);
        }
        return this;
    }

    private static Rule only(String expected, Check check) {
        return new Rule.Only(expected, check);
    }

    private static boolean is(JsonNode value, String... allowed) {
        return value.isTextual() && List.of(allowed).contains(value.textValue());
    }

    private static boolean isNumber(JsonNode value, double allowed) {
        return value.isNumber() && value.doubleValue() == allowed;
    }
}
