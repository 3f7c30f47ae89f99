// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.Answers;
import anymesh.gateway.pipeline.StageUsage;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.RoutePlan;
import anymesh.kit.catalogue.Modalities;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What every answer says of itself besides its content: what it cost and which versions made it. */
final class AnswerJson {
    private AnswerJson() {}

    static String finishReason(Answer answer) {
        return switch (answer.finishReason()) {
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case STOP, UNRECOGNIZED -> "stop";
        };
    }

    /** OpenAI's token counts of a chat, and {@code stages}: one entry for each call. */
    static ObjectNode chatUsage(Answers answer) {
        ObjectNode usage = JsonNodeFactory.instance.objectNode()
                .put("prompt_tokens", answer.promptTokens())
                .put("completion_tokens", answer.completionTokens())
                .put("total_tokens", answer.promptTokens() + answer.completionTokens());
        usage.putObject("prompt_tokens_details").put("cached_tokens", answer.cachedTokens());
        stages(answer.stages(), usage.putArray("stages"));
        return usage;
    }

    /** OpenAI's token counts of a media route, and {@code stages}. */
    static ObjectNode mediaUsage(Answer answer) {
        ObjectNode usage = inputAndOutput(answer);
        usage.putObject("input_tokens_details").put("text_tokens", answer.promptTokens()).put("image_tokens", 0);
        stages(answer.stages(), usage.putArray("stages"));
        return usage;
    }

    /** The same of a response, in which nothing was thought. */
    static ObjectNode responseUsage(Answer answer) {
        ObjectNode usage = inputAndOutput(answer);
        usage.putObject("input_tokens_details").put("cached_tokens", answer.cachedTokens())
                .put("cache_write_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        stages(answer.stages(), usage.putArray("stages"));
        return usage;
    }

    private static ObjectNode inputAndOutput(Answer answer) {
        return JsonNodeFactory.instance.objectNode()
                .put("input_tokens", answer.promptTokens())
                .put("output_tokens", answer.completionTokens())
                .put("total_tokens", answer.promptTokens() + answer.completionTokens());
    }

    static void stages(List<StageUsage> usages, ArrayNode json) {
        for (StageUsage usage : usages) {
            var stage = describe(usage.served().hop(), json.addObject())
                    .put("milliseconds", rounded(usage.milliseconds()))
                    .put("queue_milliseconds", usage.timings().getQueueMicros() / 1000.0)
                    .put("inference_milliseconds", usage.timings().getInferenceMicros() / 1000.0)
                    .put("bytes", usage.bytes());
            if (usage.isCached()) {
                stage.put("cached", usage.cached());
            }
        }
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }

    /** The route: every instance that had a part in the answer, in the order of the first call to it. */
    static ObjectNode route(Answer answer) {
        return route(answer.stages());
    }

    static ObjectNode route(List<StageUsage> stages) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode route = json.putArray("route");
        stages.stream().filter(usage -> !usage.isCached()).map(StageUsage::served).distinct().forEach(
                served -> describe(served.hop(), route.addObject()).put("instance", served.instance()));
        return json;
    }

    private static ObjectNode describe(Hop hop, ObjectNode json) {
        return json.put("stage", hop.service())
                .put("modality", Modalities.name(hop.modality()))
                .put("bundle", hop.release().bundle())
                .put("version", hop.release().version());
    }

    /** Names the backbone's weights, as OpenAI's {@code system_fingerprint} does. */
    static String fingerprint(RoutePlan plan) {
        return plan.backbone().release().bundle() + "@" + plan.backbone().release().version();
    }
}
