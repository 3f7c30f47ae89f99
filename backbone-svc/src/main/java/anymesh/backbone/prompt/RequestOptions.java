// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.answer.AnswerForm;
import anymesh.backbone.answer.Begun;
import anymesh.backbone.answer.Logprobs;
import anymesh.backbone.answer.MediaOptions;
import anymesh.backbone.answer.SamplingOptions;
import anymesh.backbone.answer.Warping;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.constraint.Document;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.tools.CallTokens;
import anymesh.backbone.tools.OfferedTools;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.v1.ToolChoice;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Reads what a request wishes for, and refuses what is out of range or beyond the bundle. */
public final class RequestOptions {
    private static final int MAX_STOPS = 16;
    private static final int MAX_STOP_LENGTH = 256;
    private static final int MAX_TOP_LOGPROBS = 20;

    private final BackboneBundle bundle;
    private final int maxRuns;

    /** @param maxRuns the most signal runs in one answer */
    public RequestOptions(BackboneBundle bundle, int maxRuns) {
        this.bundle = bundle;
        this.maxRuns = maxRuns;
    }

    /** Which media the answer may and must hold; {@link UnsupportedModality} for one that has no signal. */
    public MediaOptions media(BackboneRequest request) {
        boolean isHeld = !request.getJsonSchema().isEmpty()
                || request.getTools().getChoice() == ToolChoice.REQUIRED;
        boolean any = request.getModalitiesCount() == 0 && !isHeld;
        var wanted = signals(request.getModalitiesList().stream().filter(m -> m != Modality.TEXT).toList());
        var required = signals(request.getRequiredList());
        var allowed = any ? bundle.signals() : wanted;
        if (isHeld && !(allowed.isEmpty() && required.isEmpty())) {
            throw new InvalidInput("an answer of an enforced form is text alone (modalities: %s)".formatted(
                    request.getModalitiesList()), "modalities");
        }
        if (required.size() > maxRuns) {
            throw new InvalidInput(
                    "%d media are required (limit: %d in one answer)".formatted(required.size(), maxRuns),
                    "modalities");
        }
        if (!allowed.containsAll(required)) {
            throw new InvalidInput("required %s (modalities: %s)".formatted(request.getRequiredList(),
                    request.getModalitiesList()), "modalities");
        }
        return new MediaOptions(any || isHeld || request.getModalitiesList().contains(Modality.TEXT), allowed, required,
                maxRuns);
    }

    /**
     * How the answer is sampled, with the bundle's defaults. An answer without a limit may fill the context, and no limit
     * lets it grow beyond it; {@link InvalidInput} if the messages leave no room for one.
     */
    public SamplingOptions sampling(Sampling sampling, int promptTokens, int requiredTokens) {
        float temperature = sampling.hasTemperature() ? sampling.getTemperature() : bundle.defaults().temperature();
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new InvalidInput("temperature: %s (expected: 0 to 2)".formatted(temperature), "temperature");
        }
        float topP = sampling.hasTopP() ? sampling.getTopP() : bundle.defaults().topP();
        if (!(topP >= 0 && topP <= 1)) {
            throw new InvalidInput("top_p: %s (expected: 0 to 1)".formatted(topP), "top_p");
        }
        long seed = sampling.hasSeed() ? sampling.getSeed() : ThreadLocalRandom.current().nextLong();
        return new SamplingOptions(new Warping(temperature, bundle.defaults().topK(), topP, bundle.defaults().minP()),
                bundle.defaults().repetitionPenalty(),
                seed, maxTokens(sampling, promptTokens, requiredTokens),
                stops(sampling.getStopList()));
    }

    /** What the answer's text has to be; {@link InvalidInput} for a form that can't be enforced, naming the place in its schema. */
    public AnswerForm form(BackboneRequest request) {
        var sampling = request.getSampling();
        if (Integer.compareUnsigned(sampling.getTopLogprobs(), MAX_TOP_LOGPROBS) > 0) {
            throw new InvalidInput("top_logprobs: %s (expected: 0 to %d)".formatted(
                    Integer.toUnsignedString(sampling.getTopLogprobs()), MAX_TOP_LOGPROBS), "top_logprobs");
        }
        var tools = request.hasTools() ? OfferedTools.read(request.getTools(), calls()) : null;
        return new AnswerForm(document(request.getJsonSchema(), tools), tools,
                sampling.hasTopLogprobs() ? new Logprobs(sampling.getTopLogprobs()) : null);
    }

    private CallTokens calls() {
        var calls = bundle.calls();
        if (calls == null) {
            throw new InvalidInput("tools: the chat template of this bundle shows no calls that can be held to a form",
                    "tools");
        }
        return calls;
    }

    private @Nullable Document document(String schema, @Nullable OfferedTools tools) {
        if (schema.isEmpty() || (tools != null && tools.isRequired())) {
            return null;
        }
        var tokens = bundle.documents();
        if (tokens == null) {
            throw new InvalidInput("json_schema: this bundle does not say that its answers can be held to a form",
                    "json_schema");
        }
        var read = Schema.read(schema);
        if (tools != null && !tools.tokens().hasTrigger()) {
            throw new InvalidInput(
                    "json_schema: this model's calls begin as a document may; offer tools or a form, not both",
                    "json_schema");
        }
        return (tools == null ? read : read.or(tools.whole())).begin(tokens);
    }

    /** How far another instance has come with the answer; {@link InvalidInput} if that can't be. */
    public Begun begun(BackboneRequest request, SamplingOptions sampling) {
        var continuation = request.getContinuation();
        if (!request.hasContinuation()) {
            return Begun.NOTHING;
        }
        if (!request.getSampling().hasSeed() && sampling.warping().temperature() > 0) {
            throw new InvalidInput("a continuation needs the seed that the answer was begun with", "continuation");
        }
        if (continuation.getTokensCount() > bundle.shape().context()) {
            throw new InvalidInput("continuation: %d tokens (the context holds %d)".formatted(
                    continuation.getTokensCount(), bundle.shape().context()), "continuation");
        }
        for (int token : continuation.getTokensList()) {
            if (token < 0 || token >= bundle.shape().vocabulary()) {
                throw new InvalidInput("continuation: token %s (the vocabulary has %d)".formatted(
                        Integer.toUnsignedString(token), bundle.shape().vocabulary()), "continuation");
            }
        }
        return new Begun(continuation.getTokensList(), delivered(continuation.getDeliveredCharacters()),
                delivered(continuation.getDeliveredSignals()), delivered(continuation.getDeliveredLogprobs()),
                delivered(continuation.getDeliveredCalls()),
                delivered(continuation.getDeliveredArgumentCharacters()));
    }

    private static int delivered(int count) {
        if (count < 0) {
            throw new InvalidInput("continuation: %s delivered (expected: under 2^31)".formatted(
                    Integer.toUnsignedString(count)), "continuation");
        }
        return count;
    }

    /** As many as were asked for, or as the context has room for. Required media are written however few that is. */
    private int maxTokens(Sampling sampling, int promptTokens, int requiredTokens) {
        int room = bundle.shape().context() - promptTokens;
        int needed = Math.max(1, requiredTokens);
        if (room < needed) {
            throw TooLong.counted(promptTokens, needed, bundle.shape().context());
        }
        long maxTokens = sampling.hasMaxTokens()
                ? Integer.toUnsignedLong(sampling.getMaxTokens())
                : Math.max(1, bundle.defaults().maxLength() - promptTokens);
        if (maxTokens < 1) {
            throw new InvalidInput("max_tokens: 0 (expected: > 0)", "max_tokens");
        }
        return (int) Math.min(maxTokens, room);
    }

    private static List<String> stops(List<String> stops) {
        boolean usable = stops.size() <= MAX_STOPS
                && stops.stream().noneMatch(stop -> stop.isEmpty() || stop.length() > MAX_STOP_LENGTH);
        if (!usable) {
            throw new InvalidInput(
                    "stop: %d texts (expected: up to %d, none empty, each up to %d characters)".formatted(
                            stops.size(), MAX_STOPS, MAX_STOP_LENGTH),
                    "stop");
        }
        return stops;
    }

    private List<SignalSpec> signals(List<Modality> modalities) {
        var signals = new ArrayList<SignalSpec>();
        for (var modality : modalities) {
            signals.add(bundle.signals().stream().filter(signal -> signal.modality() == modality).findFirst()
                    .orElseThrow(() -> new UnsupportedModality("the backbone cannot ask for " + modality)));
        }
        return signals;
    }
}
