// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.tools.CallProbe;
import anymesh.backbone.tools.CallTokens;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        var shape = DecoderShape.of(genai.model());
        var signals = signals(shape);
        var stop = stop();
        var prompt = new PromptReader(files, manifest, tokenizer, tokenizerFile).read(signals, stop);
        var texts = TokenTexts.of(tokenizerFile, tokenizer.vocabulary(), prompt.control(), shape.vocabulary(),
                tokenizer::decode);
        var calls = calls(prompt, stop, texts, shape.vocabulary());
        return new BackboneBundle(files, genai, SamplingDefaults.of(genai.search(), shape.context()), shape, tokenizer,
                prompt, signals, stop, tasks(), texts,
                hasForms() ? calls != null ? calls.trie() : texts.trie(shape.vocabulary(), Map.of()) : null, calls,
                manifest.draft() == null ? null : DraftReader.read(files, manifest.draft(), tokenizer));
    }

    /** As the chat template writes them; they are held to their form, for which the bytes of tokens must be known. */
    private static @Nullable CallTokens calls(PromptFormat prompt, StopRules stop, TokenTexts texts, int vocabulary) {
        if (!(prompt.turns() instanceof PromptFormat.Templated templated)) {
            return null;
        }
        var ends = prompt.control().entrySet().stream().filter(token -> stop.tokens().contains(token.getKey()))
                .map(Map.Entry::getValue).toList();
        var format = CallProbe.find(templated.template(), templated.hasParts(), ends, prompt.control().values());
        try {
            return format.map(found -> new CallTokens(found, prompt.control(), marks -> texts.trie(vocabulary, marks)))
                    .orElse(null);
        } catch (BundleException e) {
            return null; // a form of its own can't be held: whoever says it has forms is told why
        }
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
            var ids = Arrays.stream(tokenizer.encode(text)).boxed().toList(); // the bundle's own: special tokens in it are meant
            if (ids.size() == 1) {
                tokens.add(ids.getFirst());
            } else {
                texts.add(text);
            }
        }
        return new StopRules(tokens, texts);
    }

    private List<SignalSpec> signals(DecoderShape shape) {
        var signals = new ArrayList<SignalSpec>();
        var seen = new HashSet<Long>();
        new TreeMap<>(manifest.signals()).forEach((name, run) -> {
            var modality = named("signals", name, Modalities.MEDIA);
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

    static <E extends Enum<E>> E named(String key, String name, List<E> choices) {
        return choices.stream().filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
                .orElseThrow(() -> new BundleException("%s: '%s' (expected: one of %s, in lower case)".formatted(key,
                        name, choices)));
    }
}
