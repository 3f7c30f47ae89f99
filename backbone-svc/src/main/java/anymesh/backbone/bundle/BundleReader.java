// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.bundle.PromptFormat.Around;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns the files of a bundle into token ids and enums, once, at load. */
final class BundleReader {
    private static final List<String> FORMATS = List.of("json_schema");
    private static final List<String> TASKS = List.of("transcription", "translation");

    private final ModelBundle files;
    private final GenaiConfig genai;
    private final TextTokenizer tokenizer;
    private final BackboneManifest manifest;
    private final TokenizerFile tokenizerFile;

    BundleReader(ModelBundle files, GenaiConfig genai, TextTokenizer tokenizer) {
        this.files = files;
        this.genai = genai;
        this.tokenizer = tokenizer;
        this.manifest = files.manifestAs(BackboneManifest.class);
        this.tokenizerFile = files.read("tokenizer.json", TokenizerFile.class);
    }

    BackboneBundle read() {
        var decoder = genai.model().decoder();
        var shape = new DecoderShape(decoder.layers(), decoder.keyValueHeads(), decoder.headSize(),
                decoder.hiddenSize(), genai.model().vocabSize(), genai.model().contextLength());
        var signals = signals(shape);
        var stop = stop();
        var prompt = prompt(signals, stop);
        var texts = TokenTexts.of(tokenizerFile, tokenizer.vocabulary(), prompt.control(), shape.vocabulary(),
                tokenizer::decode);
        return new BackboneBundle(files, genai, SamplingDefaults.of(genai.search(), shape.context()), shape, tokenizer,
                prompt, signals, stop, tasks(), texts,
                hasForms() ? texts.trie(shape.vocabulary()) : null);
    }

    private boolean hasForms() {
        if (!FORMATS.containsAll(manifest.responseFormats())) {
            throw new BundleException("response_formats: %s (expected: of %s)".formatted(manifest.responseFormats(),
                    FORMATS));
        }
        return !manifest.responseFormats().isEmpty();
    }

    private List<String> tasks() {
        if (!TASKS.containsAll(manifest.tasks())) {
            throw new BundleException("tasks: %s (expected: of %s)".formatted(manifest.tasks(), TASKS));
        }
        return manifest.tasks();
    }

    private StopRules stop() {
        var tokens = new HashSet<>(genai.model().eosTokenIds());
        var texts = new ArrayList<String>();
        for (String text : manifest.stop()) {
            var ids = encode(text);
            if (ids.size() == 1) {
                tokens.add(ids.getFirst());
            } else {
                texts.add(text);
            }
        }
        return new StopRules(tokens, texts);
    }

    private PromptFormat prompt(List<SignalSpec> signals, StopRules stop) {
        var roles = new EnumMap<Role, Around>(Role.class);
        var media = new EnumMap<Modality, Around>(Modality.class);
        manifest.prompt().roles().forEach((name, affixes) -> roles.put(
                named("prompt.roles", name, List.of(Role.SYSTEM, Role.USER, Role.ASSISTANT)),
                new Around(encode(affixes.prefix()), encode(affixes.suffix()))));
        manifest.prompt().media().forEach((name, marks) -> media.put(modality("prompt.media", name),
                new Around(encode(marks.open()), encode(marks.close()))));
        if (!roles.containsKey(Role.USER) || !roles.containsKey(Role.ASSISTANT)) {
            throw new BundleException("prompt.roles: %s (expected: user and assistant at least)".formatted(
                    new TreeMap<>(manifest.prompt().roles()).keySet()));
        }
        return new PromptFormat(encode(manifest.prompt().begin()), roles, media, Set.copyOf(manifest.accepts()),
                control(signals, stop));
    }

    /** Special tokens, signals and stops: what must not come out of a client's text. */
    private Map<Long, String> control(List<SignalSpec> signals, StopRules stop) {
        var control = new HashMap<Long, String>();
        tokenizerFile.addedTokens().stream().filter(token -> token.special() || isStructure(token.content()))
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
                || prompt.roles().values().stream().anyMatch(
                        role -> contains(role.prefix(), token) || contains(role.suffix(), token))
                || prompt.media().values().stream().anyMatch(
                        mark -> contains(mark.open(), token) || contains(mark.close(), token));
    }

    /** Blank tokens, which some vocabularies have as added ones, are text wherever they stand. */
    private static boolean contains(@Nullable String piece, String token) {
        return piece != null && !token.isBlank() && piece.contains(token);
    }

    private List<SignalSpec> signals(DecoderShape shape) {
        var signals = new ArrayList<SignalSpec>();
        var seen = new HashSet<Long>();
        new TreeMap<>(manifest.signals()).forEach((name, run) -> {
            var modality = modality("signals", name);
            var tokens = run.tokens().stream().map(tokenizer::id).toList();
            if (tokens.isEmpty() || !tokens.stream().allMatch(seen::add)) {
                throw new BundleException("signals.%s.tokens: %s (expected: at least one, none twice)".formatted(name,
                        run.tokens()));
            }
            if (tokens.stream().anyMatch(id -> id >= shape.vocabulary())) {
                throw new BundleException("signals.%s.tokens: an id beyond model.vocab_size %d".formatted(name,
                        shape.vocabulary()));
            }
            if (run.offset() != 0 && run.offset() != -1) {
                throw new BundleException("signals.%s.offset: %d (expected: 0 or -1)".formatted(name, run.offset()));
            }
            var produces = new EmbeddingSpec(run.produces(), List.of(tokens.size(), shape.hidden()), DType.FLOAT32,
                    files.manifest().bundle(), files.manifest().version());
            signals.add(new SignalSpec(modality, tokens, run.offset(), run.forced(), produces));
        });
        return signals;
    }

    /** These strings are the bundle's own, so special tokens in them are meant. */
    private List<Long> encode(@Nullable String text) {
        return text == null ? List.of() : Arrays.stream(tokenizer.encode(text)).boxed().toList();
    }

    private static Modality modality(String key, String name) {
        return named(key, name, List.of(Modality.IMAGE, Modality.AUDIO, Modality.VIDEO));
    }

    private static <E extends Enum<E>> E named(String key, String name, List<E> choices) {
        return choices.stream().filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElseThrow(() -> new BundleException("%s: '%s' (expected: one of %s, in lower case)".formatted(key,
                        name, choices)));
    }
}
