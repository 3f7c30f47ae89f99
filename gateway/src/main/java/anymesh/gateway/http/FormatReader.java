// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.AnswerFormat;
import anymesh.gateway.pipeline.ToolOffer;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form that a request wants its answer in. What of a schema can be enforced, the backbone says. */
final class FormatReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String ANY_OBJECT = "{\"type\":\"object\"}";

    private FormatReader() {}

    /** {@code response_format} of a chat. */
    static @Nullable AnswerFormat chat(Fields body) {
        Fields format = body.object("response_format");
        if (format == null) {
            return null;
        }
        return switch (type(format)) {
            case "text" -> null;
            case "json_object" -> new AnswerFormat(ANY_OBJECT, format.path(), format.path());
            default -> schema(format.requiredObject("json_schema"), format.path());
        };
    }

    /** {@code text.format} of a response, whose schema stands beside its type. */
    static @Nullable AnswerFormat response(@Nullable Fields text) {
        Fields format = text == null ? null : text.object("format");
        if (format == null) {
            return null;
        }
        return switch (type(format)) {
            case "text" -> null;
            case "json_object" -> new AnswerFormat(ANY_OBJECT, format.path(), format.path());
            default -> schema(format, format.path());
        };
    }

    /** What the answer may hold: a form, or a call that has to be, is one of text alone. */
    static List<Modality> modalities(List<Modality> wanted, @Nullable AnswerFormat format, @Nullable ToolOffer tools,
            Fields body, String field) {
        if (format == null && (tools == null || !tools.isRequired())) {
            return wanted;
        }
        if (wanted.stream().anyMatch(modality -> modality != Modality.TEXT)) {
            throw body.invalid(field, "Invalid '%s': an answer that is held to a form, or has to call a tool, is text "
                    + "alone.");
        }
        return List.of(Modality.TEXT);
    }

    private static String type(Fields format) {
        String type = format.requiredString("type");
        if (!List.of("text", "json_object", "json_schema").contains(type)) {
            throw format.invalid("type", "Invalid '%s': '%s' is not supported; expected 'text', 'json_object' or "
                    + "'json_schema'.", Fields.abbreviated(type));
        }
        return type;
    }

    private static AnswerFormat schema(Fields holder, String field) {
        if (!NAME.matcher(holder.requiredString("name")).matches()) {
            throw holder.invalid("name", "Invalid '%s': expected up to 64 letters, digits, '_' and '-'.");
        }
        var _ = holder.bool("strict"); // it is held to it in any case
        var _ = holder.string("description");
        JsonNode schema = PlainJson.copy(holder.requiredObject("schema").json(), holder.param("schema"));
        return new AnswerFormat(schema.toString(), field, holder.param("schema"));
    }
}
