// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A way to write turns. */
interface TurnWriter {
    /**
     * The prompt of turns that have content and may fit. {@code functions}: that the answer may call, as OpenAI's JSON; refusals as {@link PromptBuilder#build} tells them.
     */
    Prompt write(List<Turn> turns, List<JsonNode> functions, List<EmbeddingBatch> batches, CallContext call);
}
