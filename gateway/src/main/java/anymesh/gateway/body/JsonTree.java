// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * The tree of a body's JSON, within limits that keep a small body from becoming a large heap. A string beyond
 * {@link #LONG} bytes is a node that holds a {@link JsonString}: Jackson checks its syntax and passes over it.
 */
public final class JsonTree {
    /** From here on a string stays where it is. */
    static final int LONG = 4 << 10;

    private static final int MAX_DEPTH = 64;
    private static final int MAX_TOKENS = 200_000;
    private static final int MAX_NAME = 1_000;

    static final JsonFactory FACTORY = JsonFactory.builder()
            // A data URL is one string; the body as a whole has been bounded already.
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(MAX_DEPTH).maxTokenCount(MAX_TOKENS).maxNameLength(MAX_NAME).build())
            // Names that clients invent must not stay in the JVM's table of strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

    /** What nodes take in the heap at most, without their texts: a map with a table; a list; an entry and a leaf. */
    private static final int OBJECT = 192;
    private static final int ARRAY = 128;
    private static final int LEAF = 96;
    /** Counted in such portions. */
    private static final int PORTION = 64 << 10;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final BodyBytes body;
    private final Room room;
    private final JsonParser json;
    private int uncounted;

    private JsonTree(BodyBytes body, Room room, JsonParser json) {
        this.body = body;
        this.room = room;
        this.json = json;
    }

    /** The one JSON value that a body holds; {@link InvalidInput} if it holds none, and what {@link Room#hold} throws. */
    public static JsonNode read(BodyBytes body, Room room) {
        try (JsonParser json = FACTORY.createParser(body.stream())) {
            if (json.nextToken() == null) {
                throw invalid();
            }
            JsonNode tree = new JsonTree(body, room, json).value();
            if (json.nextToken() != null) {
                throw invalid();
            }
            return tree;
        } catch (StreamConstraintsException _) {
            throw new InvalidInput(
                    ("The JSON body of your request has more than %d values, is nested deeper than %d, or "
                            + "has a name or a number that is far too long.").formatted(MAX_TOKENS, MAX_DEPTH));
        } catch (IOException _) {
            throw invalid();
        }
    }

    private static InvalidInput invalid() {
        return new InvalidInput("We could not parse the JSON body of your request. "
                + "The API expects a JSON payload, but what was sent was not valid JSON.");
    }

    /** The value whose first token is the current one; as deep as {@link #MAX_DEPTH}. */
    private JsonNode value() throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> string();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> leaf(NODES.numberNode(json.getDoubleValue()));
            case VALUE_TRUE -> leaf(NODES.booleanNode(true));
            case VALUE_FALSE -> leaf(NODES.booleanNode(false));
            case VALUE_NULL -> leaf(NODES.nullNode());
            case FIELD_NAME, END_ARRAY, END_OBJECT, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw invalid();
        };
    }

    private JsonNode object() throws IOException {
        count(OBJECT);
        ObjectNode object = NODES.objectNode();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            count(LEAF + 2 * name.length());
            next();
            object.set(name, value());
        }
        return object;
    }

    private JsonNode array() throws IOException {
        count(ARRAY);
        var array = NODES.arrayNode();
        while (next() != JsonToken.END_ARRAY) {
            array.add(value());
        }
        return array;
    }

    private JsonToken next() throws IOException {
        JsonToken token = json.nextToken();
        if (token == null) {
            throw invalid();
        }
        return token;
    }

    private JsonNode integer() throws IOException {
        return leaf(switch (json.getNumberType()) {
            case INT -> NODES.numberNode(json.getIntValue());
            case LONG -> NODES.numberNode(json.getLongValue());
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NODES.numberNode(json.getBigIntegerValue());
        });
    }

    private JsonNode string() throws IOException {
        int from = (int) json.currentTokenLocation().getByteOffset() + 1;
        if (from < 1 || body.at(from - 1) != '"') {
            throw new InvalidInput("The JSON body of your request must be encoded in UTF-8.");
        }
        int to = body.endOfString(from);
        if (to - from > LONG) {
            return leaf(NODES.pojoNode(new JsonString(body, from, to, room)));
        }
        String text = json.getText();
        count(JsonString.AS_TEXT * text.length());
        return leaf(NODES.textNode(text));
    }

    private JsonNode leaf(JsonNode leaf) {
        count(LEAF);
        return leaf;
    }

    private void count(int bytes) {
        uncounted += bytes;
        if (uncounted > PORTION) {
            room.hold(uncounted);
            uncounted = 0;
        }
    }
}
