// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.constraint.TokenTrie;
import anymesh.backbone.tools.CallTokens;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backbone's bundle, read and checked as far as that goes without opening its graphs.
 *
 * @param files the folder and its manifest
 * @param genai names and sizes
 * @param defaults how answers are sampled, as far as a request doesn't say
 * @param shape the sizes of the decoder
 * @param prompt how prompts are written
 * @param signals the media it can ask for, at most one run each
 * @param stop what ends an answer
 * @param tasks what it does besides chatting, such as {@code transcription}
 * @param texts what its tokens stand for
 * @param documents the tokens that JSON is written with; null if the bundle doesn't say that its answers can be held to a form
 * @param calls how calls of tools are written; null if the chat template shows none that can be held to a form
 * @param draft what guesses its tokens; null if nothing does
 */
public record BackboneBundle(ModelBundle files, GenaiConfig genai, SamplingDefaults defaults, DecoderShape shape,
        TextTokenizer tokenizer, PromptFormat prompt, List<SignalSpec> signals, StopRules stop, List<String> tasks,
        TokenTexts texts, @Nullable TokenTrie documents, @Nullable CallTokens calls, @Nullable DraftSpec draft)
        implements
            AutoCloseable {

    public BackboneBundle {
        signals = List.copyOf(signals);
        tasks = List.copyOf(tasks);
    }

    /** Reads a bundle; {@link BundleException} naming the file and the key for anything that cannot be served. */
    public static BackboneBundle load(Path directory) {
        var files = ModelBundle.open(directory, Component.LLM_BACKBONE);
        return Closing.opening(opened -> {
            var tokenizer = opened.with(TextTokenizer.load(files.file("tokenizer.json")));
            try {
                return new BundleReader(files, files.read("genai_config.json", GenaiConfig.class), tokenizer).read();
            } catch (IllegalArgumentException | NullPointerException e) {
                throw new BundleException("%s: %s".formatted(directory, e.getMessage()), e);
            }
        });
    }

    /** Its own decoder. */
    public DecoderModel decoder() {
        return new DecoderModel(files, "", genai.model(), shape, prompt.accepts(), !signals.isEmpty());
    }

    /** The same without its draft model. */
    public BackboneBundle withoutDraft() {
        return new BackboneBundle(files, genai, defaults, shape, tokenizer, prompt, signals, stop, tasks, texts,
                documents, calls, null);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
