// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/** A JSON Schema, or calls, as a grammar of the documents that an answer may be. Immutable. */
public final class Schema {
    /** As a request names it; a fault in the schema is named by the way to it from here. */
    static final String PARAM = "json_schema";

    private static final int MOST_CHARACTERS = 128 << 10;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Rule root;

    Schema(Rule root) {
        this.root = root;
    }

    /** Reads a schema; {@link InvalidInput} naming the place of what isn't supported (docs/bundles.md says what is). */
    public static Schema read(String json) {
        if (json.length() > MOST_CHARACTERS) {
            throw new InvalidInput("json_schema: %d characters (limit: %d)".formatted(json.length(), MOST_CHARACTERS),
                    PARAM);
        }
        try {
            var value = SchemaReader.strict(JSON.readTree(json), PARAM).rule();
            return new Schema(new Rule.Sequence(List.of(new Rule.Terminal(BlankLeaf.BLANK), value)));
        } catch (JsonProcessingException e) {
            throw new InvalidInput("json_schema: this is no JSON: " + e.getOriginalMessage(), PARAM);
        }
    }

    /** The same after these bytes. */
    public Schema after(byte[] opening) {
        return new Schema(new Rule.Sequence(List.of(Rule.Terminal.literal(opening), root)));
    }

    /** What is a document of either. */
    public Schema or(Schema other) {
        return new Schema(new Rule.Choice(List.of(root, other.root)));
    }

    /** An empty document, to be written with these tokens. */
    public Document begin(TokenTrie tokens) {
        return new Document(root, tokens);
    }
}
