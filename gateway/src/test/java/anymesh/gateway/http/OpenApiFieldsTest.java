// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The API reference and the rules of fields say the same. */
class OpenApiFieldsTest {
    private static final Map<String, FieldRules> REQUESTS = Map.ofEntries(
            Map.entry("ChatRequest", FieldRules.chat()), Map.entry("ResponseRequest", FieldRules.responses()),
            Map.entry("ResponseText", FieldRules.responseText()),
            Map.entry("ImageGenerationTool", FieldRules.imageTool()), Map.entry("ImageRequest", FieldRules.images()),
            Map.entry("ImageEditRequest", FieldRules.imageEdits()),
            Map.entry("ImageVariationRequest", FieldRules.imageVariations()),
            Map.entry("SoundRequest", FieldRules.sounds()), Map.entry("SpeechRequest", FieldRules.speech()),
            Map.entry("TranscriptionRequest", FieldRules.transcriptions()),
            Map.entry("TranslationRequest", FieldRules.translations()),
            Map.entry("VideoRequest", FieldRules.videos()), Map.entry("VideoForm", FieldRules.videos()),
            Map.entry("RemixRequest", FieldRules.remixes()),
            Map.entry("EmbeddingsRequest", FieldRules.embeddings()), Map.entry("FileForm", FieldRules.files()));

    private final JsonNode schemas = OpenApi.read().path("components").path("schemas");

    private Set<String> properties(JsonNode schema) {
        var names = new TreeSet<String>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        if (schema.has("$ref")) {
            names.addAll(properties(schemas.path(schema.path("$ref").asText().replace("#/components/schemas/", ""))));
        }
        schema.path("allOf").forEach(part -> names.addAll(properties(part)));
        return names;
    }

    @Test
    void everyFieldThatIsDealtWithIsDescribedAndNoneThatIsRefused() {
        REQUESTS.forEach((name, rules) -> {
            var described = properties(schemas.path(name));
            assertThat(described).as(name).containsAll(rules.kept());
            assertThat(rules.taken()).as(name).containsAll(described);
        });
    }

    @Test
    void everyBodyOfARequestIsOneOfThem() {
        var bodies = OpenApi.read().path("paths").findValues("requestBody").stream()
                .flatMap(body -> body.path("content").findValuesAsText("$ref").stream())
                .map(schema -> schema.replace("#/components/schemas/", ""));
        assertThat(bodies).isNotEmpty().isSubsetOf(REQUESTS.keySet());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        var document = OpenApi.read();
        assertThat(document.findValuesAsText("$ref")).hasSizeGreaterThan(100)
                .allSatisfy(to -> assertThat(document.at(to.substring(1)).isMissingNode()).as(to).isFalse());
    }

    @Test
    void aRouteThatItLacksIsNotServed() {
        assertThatThrownBy(() -> OpenApi.document(List.of(Route.get("/v1/unheard-of", "other", _ -> {}))))
                .hasMessage("openapi.yaml lacks get /v1/unheard-of");
    }
}
