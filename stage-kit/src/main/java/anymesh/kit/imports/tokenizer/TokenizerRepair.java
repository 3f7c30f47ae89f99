// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Makes a {@code tokenizer.json} of a folder's vocabulary files, as the tokenizer class that the folder names does. */
public final class TokenizerRepair {
    private static final List<String> SENTENCE_PIECES = List.of("tokenizer.model", "spiece.model",
            "sentencepiece.bpe.model", "spm.model");
    /**
     * A tokenizer that was made.
     *
     * @param json the file's content
     * @param origin what it was made from and how, for a report
     */
    public record Repaired(ObjectNode json, String origin) {}

    private final SourceFolder source;
    private final TokenizerClass kind;
    private final SpecialTokens specials;

    private TokenizerRepair(SourceFolder source) {
        this.source = source;
        this.kind = TokenizerClass.of(source);
        this.specials = new SpecialTokens(source, source.json("tokenizer_config.json")
                .orElseGet(() -> JsonKeys.none("tokenizer_config.json")), kind.namedTokens());
    }

    /** Makes one of what is there; empty if there is no vocabulary. {@link BundleException} if it can't be told how its ids are made. */
    public static Optional<Repaired> of(SourceFolder source) {
        var repair = new TokenizerRepair(source);
        for (var name : SENTENCE_PIECES) {
            var file = source.file(name);
            if (file.isPresent()) {
                return Optional.of(repair.sentencePiece(name, SentencePieceFile.read(file.get())));
            }
        }
        if (source.has("vocab.json") && source.has("merges.txt")) {
            return Optional.of(repair.byteLevel());
        }
        return source.has("vocab.txt") ? Optional.of(repair.wordPiece()) : Optional.empty();
    }

    private Repaired sentencePiece(String name, SentencePieceFile file) {
        var form = kind.isAny() ? "" : kind.name();
        var json = switch (form) {
            case "" -> new GenericPieces(file, specials).tokenizer();
            case "LlamaTokenizer", "CodeLlamaTokenizer" -> LlamaPieces.llama(file, specials);
            case "GemmaTokenizer" -> LlamaPieces.gemma(file, specials);
            case "T5Tokenizer" -> T5Pieces.tokenizer(file, specials);
            default -> throw unknown(name);
        };
        return new Repaired(json, "%s (SentencePiece, %s)".formatted(name,
                form.isEmpty() ? "as it says itself" : "as " + form));
    }

    private Repaired byteLevel() {
        var vocabulary = ByteLevelVocabulary.read(source);
        var json = switch (kind.name()) {
            case "GPT2Tokenizer", "CodeGenTokenizer" -> vocabulary.gpt2(specials);
            case "Qwen2Tokenizer" -> vocabulary.qwen2(specials);
            case "CLIPTokenizer" -> vocabulary.clip(specials);
            default -> throw unknown("vocab.json and merges.txt");
        };
        return new Repaired(json, "vocab.json and merges.txt (BPE of bytes, as %s)".formatted(kind.name()));
    }

    private Repaired wordPiece() {
        if (!kind.name().equals("BertTokenizer") && !kind.name().equals("DistilBertTokenizer")) {
            throw unknown("vocab.txt");
        }
        return new Repaired(WordPieces.bert(source, specials), "vocab.txt (WordPiece, as BertTokenizer)");
    }

    private BundleException unknown(String vocabulary) {
        return new BundleException(
                "%s: no tokenizer.json, and how the ids of %s are made with %s is not known here (mend: python -c \"from transformers import "
                        .formatted(source.path(), vocabulary,
                                kind.name().isEmpty()
                                        ? "no tokenizer_class that a file would name"
                                        : "a " + kind.name())
                        + "AutoTokenizer as T; T.from_pretrained('%s').save_pretrained('%s')\")".formatted(
                                source.path(),
                                source.path()));
    }
}
