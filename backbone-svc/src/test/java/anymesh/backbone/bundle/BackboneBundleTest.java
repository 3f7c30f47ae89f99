// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.TinyBackbone;
import anymesh.kit.model.BundleException;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackboneBundleTest {
    @TempDir
    private Path folder;

    @Test
    void bundleIsReadIntoIds() {
        try (var bundle = TinyBackbone.load()) {
            assertThat(bundle.shape()).isEqualTo(new DecoderShape(2, 2, 8, 16, 272, 160));
            assertThat(bundle.prompt().turns()).isInstanceOfSatisfying(PromptFormat.Pieces.class, pieces -> {
                assertThat(pieces.begin()).containsExactly(256L);
                assertThat(pieces.roles()).containsOnlyKeys(Role.SYSTEM, Role.USER, Role.ASSISTANT);
            });
            assertThat(bundle.prompt().media()).containsEntry(Modality.IMAGE,
                    new PromptFormat.Around(List.of(261L), List.of(262L)));
            assertThat(bundle.stop().tokens()).isEqualTo(Set.of(260L));
            assertThat(bundle.signals()).extracting(SignalSpec::modality).containsExactly(Modality.AUDIO,
                    Modality.IMAGE,
                    Modality.VIDEO);
            assertThat(bundle.signals().get(1).tokens()).containsExactly(263L, 264L, 265L, 266L);
            assertThat(bundle.signals().get(1).produces().shape()).containsExactly(4, 16);
            assertThat(bundle.prompt().control()).hasSize(16).containsEntry(260L, "<|end|>");
        }
    }

    @Test
    void stopWithoutATokenOfItsOwnIsAText() throws IOException {
        TinyBackbone.copyWith(folder, "manifest.json", "\"stop\": [\n    \"<|end|>\"", "\"stop\": [\n    \"###\"");

        try (var bundle = BackboneBundle.load(folder)) {
            assertThat(bundle.stop()).isEqualTo(new StopRules(Set.of(260L), List.of("###")));
        }
    }

    @Test
    void severalEndTokensAreRead() throws IOException {
        TinyBackbone.copyWith(folder, "genai_config.json", "\"eos_token_id\": 260", "\"eos_token_id\": [260, 1]");

        try (var bundle = BackboneBundle.load(folder)) {
            assertThat(bundle.stop().tokens()).isEqualTo(Set.of(260L, 1L));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            manifest.json     | "offset": -1            | "offset": 1            | signals.audio.offset
            manifest.json     | [IMG3]                  | [IMG9]                 | [IMG9]
            manifest.json     | [IMG3]                  | [IMG2]                 | signals.image.tokens
            manifest.json     | "produces":             | "makes":               | produces
            manifest.json     | "assistant": {          | "helper": {            | prompt.roles
            genai_config.json | "hidden_size": 16       | "hidden_size": 0       | hidden_size
            genai_config.json | "num_hidden_layers": 2, |                        | num_hidden_layers
            genai_config.json | "filename": "decoder    | "file": "decoder       | model.decoder.filename
            """)
    void faultIsRefusedByItsName(String file, String from, String to, String named) throws IOException {
        TinyBackbone.copyWith(folder, file, from, to == null ? "" : to);

        assertThatThrownBy(() -> BackboneBundle.load(folder).close()).isInstanceOf(BundleException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "template":             | "begin":"<s>","template":                         | begin and a template
            "template":             | "roles":{"user":{},"assistant":{}},"template":    | roles and a template
            "template":             | "templates":                                      | prompt.roles is missing
            "chat_template.jinja"}  | "chat.jinja"}                                     | chat.jinja
            """)
    void promptIsEitherRolesOrATemplate(String from, String to, String named) throws IOException {
        TinyBackbone.copyTemplated(folder, "{{ messages[0].content }}");
        var manifest = folder.resolve("manifest.json");
        var before = Files.readString(manifest);
        Files.writeString(manifest, before.replace(from, to));
        assertThat(manifest).content().isNotEqualTo(before);

        assertThatThrownBy(() -> BackboneBundle.load(folder).close()).isInstanceOf(BundleException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {% for m in messages %} => unexpected end of template
            {{ messages[0].content|nothing }} => line 1: no filter 'nothing'
            {{ messages[0].contents }} => does not come out
            {{ messages[0].role.x.y }} => has no attribute 'x'
            {{ raise_exception('No users') }} => No users
            """)
    void templateThatCannotServeIsRefused(String template, String named) throws IOException {
        TinyBackbone.copyTemplated(folder, template);

        assertThatThrownBy(() -> BackboneBundle.load(folder).close()).isInstanceOf(BundleException.class)
                .hasMessageContaining(named);
    }
}
