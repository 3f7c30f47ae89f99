// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.bundle.PromptFormat.Around;
import anymesh.backbone.template.ChatTemplate;
import anymesh.backbone.template.Text;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads how a bundle's prompts are written, whichever of the two ways it says. */
final class PromptReader {
    private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    /** transformers' {@code special_tokens_map}, which chat templates see. */
    private static final List<String> VARIABLES = List.of("bos_token", "eos_token", "unk_token", "sep_token",
            "pad_token", "cls_token", "mask_token");
    private static final String PROBE = "What is asked?";

    private final ModelBundle files;
    private final BackboneManifest manifest;
    private final TextTokenizer tokenizer;
    private final TokenizerFile tokenizerFile;

    PromptReader(ModelBundle files, BackboneManifest manifest, TextTokenizer tokenizer, TokenizerFile tokenizerFile) {
        this.files = files;
        this.manifest = manifest;
        this.tokenizer = tokenizer;
        this.tokenizerFile = tokenizerFile;
    }

    /**
     * @param signals of which no token may come out of a client's text
     * @param stop likewise
     */
    PromptFormat read(List<SignalSpec> signals, StopRules stop) {
        var prompt = manifest.prompt();
        var media = new EnumMap<Modality, Around>(Modality.class);
        prompt.media().forEach((name, marks) -> media.put(
                BundleReader.named("prompt.media", name, Modalities.MEDIA),
                new Around(encode(marks.open()), encode(marks.close()))));
        var template = prompt.template() == null ? null : text(prompt.template());
        var turns = template == null ? pieces(prompt) : templated(template);
        return new PromptFormat(turns, media, Set.copyOf(manifest.accepts()), control(signals, stop, template));
    }

    private PromptFormat.Pieces pieces(BackboneManifest.Prompt prompt) {
        var roles = new EnumMap<Role, Around>(Role.class);
        affixes(prompt).forEach((name, affixes) -> roles.put(
                BundleReader.named("prompt.roles", name, List.of(Role.SYSTEM, Role.USER, Role.ASSISTANT)),
                new Around(encode(affixes.prefix()), encode(affixes.suffix()))));
        if (!roles.containsKey(Role.USER) || !roles.containsKey(Role.ASSISTANT)) {
            throw new BundleException("prompt.roles: %s (expected: user and assistant at least)".formatted(
                    new TreeMap<>(affixes(prompt)).keySet()));
        }
        return new PromptFormat.Pieces(encode(prompt.begin()), roles);
    }

    private static Map<String, BackboneManifest.Affixes> affixes(BackboneManifest.Prompt prompt) {
        var roles = prompt.roles();
        return roles == null ? Map.of() : roles;
    }

    private PromptFormat.Templated templated(String source) {
        var template = ChatTemplate.compile(source, variables());
        if (keeps(template, Text.foreign(PROBE))) {
            return new PromptFormat.Templated(template, false);
        }
        if (keeps(template, List.of(Map.of("type", "text", "text", Text.foreign(PROBE))))) {
            return new PromptFormat.Templated(template, true);
        }
        try {
            template.render(List.of(Map.of("role", "user", "content", Text.foreign(PROBE))), null, true);
        } catch (InvalidInput e) {
            throw new BundleException("prompt.template: the chat template refuses what a user says: " + e.getMessage(),
                    e);
        }
        throw new BundleException("prompt.template: what a user says does not come out of the chat template");
    }

    /** Whether a user's content comes out: some templates of models that see pictures have it in parts. */
    private static boolean keeps(ChatTemplate template, Object content) {
        try {
            return template.render(List.of(Map.of("role", "user", "content", content)), null, true).value()
                    .contains(PROBE);
        } catch (InvalidInput | BundleException e) {
            return false;
        }
    }

    private Map<String, String> variables() {
        var variables = new HashMap<String, String>();
        if (files.has(TOKENIZER_CONFIG)) {
            var config = files.read(TOKENIZER_CONFIG, JsonNode.class);
            for (var name : VARIABLES) {
                var token = config.path(name);
                var text = token.isObject() ? token.path("content") : token;
                if (text.isTextual()) {
                    variables.put(name, text.asText());
                }
            }
        }
        return variables;
    }

    /** Special tokens, signals and stops, and what the prompt is made with: what must not come out of a client's text. */
    private Map<Long, String> control(List<SignalSpec> signals, StopRules stop, @Nullable String template) {
        var control = new HashMap<Long, String>();
        tokenizerFile.addedTokens().stream()
                .filter(token -> token.special() || isStructure(token.content()) || contains(template, token.content()))
                .forEach(token -> control.put(token.id(), token.content()));
        tokenizer.vocabulary().forEach((text, id) -> {
            if (stop.tokens().contains(id) || signals.stream().anyMatch(signal -> signal.tokens().contains(id))) {
                control.put(id, text);
            }
        });
        var unknown = tokenizerFile.unknownToken();
        if (unknown != null) {
            control.values().remove(unknown);
        }
        return control;
    }

    /** Whether the prompt is made with this token, special or not. */
    private boolean isStructure(String token) {
        var prompt = manifest.prompt();
        return contains(prompt.begin(), token)
                || affixes(prompt).values().stream().anyMatch(
                        role -> contains(role.prefix(), token) || contains(role.suffix(), token))
                || prompt.media().values().stream().anyMatch(
                        mark -> contains(mark.open(), token) || contains(mark.close(), token));
    }

    /** Blank tokens, which some vocabularies have as added ones, are text wherever they stand. */
    private static boolean contains(@Nullable String piece, String token) {
        return piece != null && !token.isBlank() && piece.contains(token);
    }

    /** These strings are the bundle's own, so special tokens in them are meant. */
    private List<Long> encode(@Nullable String text) {
        return text == null ? List.of() : Arrays.stream(tokenizer.encode(text)).boxed().toList();
    }

    private String text(String file) {
        var path = files.file(file);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new BundleException("%s: no text in UTF-8: %s".formatted(path, e.getMessage()), e);
        }
    }
}
