// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.v1.TokenLogprob;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.util.List;

/**
 * Log probabilities in OpenAI's shapes. A token that is half of a character is no text by itself, so its {@code token} has
 * replacement characters and its {@code bytes} are exact; one that is no text at all (a signal, an end) has its name and no bytes.
 */
final class LogprobsJson {
    private LogprobsJson() {}

    /** Of a choice of a chat. */
    static ObjectNode ofChoice(List<TokenLogprob> logprobs) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("content", of(logprobs, true));
        return json.putNull("refusal");
    }

    /** Of a text of a response; its deltas have them without bytes. */
    static ArrayNode of(List<TokenLogprob> logprobs, boolean withBytes) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(logprobs.size());
        for (TokenLogprob logprob : logprobs) {
            ObjectNode token = json.addObject();
            write(logprob, withBytes, token);
            ArrayNode top = token.putArray("top_logprobs");
            logprob.getTopList().forEach(likely -> write(likely, withBytes, top.addObject()));
        }
        return json;
    }

    private static void write(TokenLogprob logprob, boolean withBytes, ObjectNode json) {
        json.put("token", logprob.getText().toStringUtf8()).put("logprob", logprob.getLogprob());
        if (!withBytes) {
            return;
        }
        if (logprob.getControl()) {
            json.putNull("bytes");
        } else {
            ArrayNode bytes = json.putArray("bytes");
            for (ByteString.ByteIterator octets = logprob.getText().iterator(); octets.hasNext();) {
                bytes.add(octets.nextByte() & 0xFF);
            }
        }
    }
}
