// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** JSON in and out, within limits that keep a small body from becoming a large heap. */
final class Json {
    private static final int MAX_DEPTH = 64;
    private static final long MAX_TOKENS = 200_000;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    // A data URL is one string; the body as a whole has been bounded already.
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** The JSON object that a body holds; anything else is the client's fault. */
    static Fields read(byte[] body) {
        JsonNode json;
        try {
            json = MAPPER.readTree(body);
        } catch (IOException _) {
            throw new InvalidInput("We could not parse the JSON body of your request. "
                    + "The API expects a JSON payload, but what was sent was not valid JSON.");
        }
        if (!json.isObject()) {
            throw new InvalidInput("The body of your request must be a JSON object.");
        }
        return new Fields(json, "");
    }

    static Buffer write(ObjectNode json) {
        try {
            return Buffer.buffer(MAPPER.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes can always be written", e);
        }
    }
}
