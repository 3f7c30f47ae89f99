// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.Serial;
import java.util.regex.Pattern;

/** A text of a form, in which numbers and flags are texts too. */
public final class FormText extends TextNode {
    @Serial
    private static final long serialVersionUID = 1;
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?([eE][+-]?\\d{1,3})?");

    FormText(String text) {
        super(text);
    }

    /** The value as JSON has it, where a number or a flag is expected; the text where it is none. */
    public static JsonNode typed(JsonNode value) {
        if (!(value instanceof FormText)) {
            return value;
        }
        String text = value.textValue();
        if (text.equals("true") || text.equals("false")) {
            return BooleanNode.valueOf(text.equals("true"));
        }
        if (INTEGER.matcher(text).matches()) {
            return LongNode.valueOf(Long.parseLong(text));
        }
        return NUMBER.matcher(text).matches() ? DoubleNode.valueOf(Double.parseDouble(text)) : value;
    }
}
