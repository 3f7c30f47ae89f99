// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import anymesh.kit.imports.SourceFolder;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which of transformers' classes makes a folder's ids.
 *
 * @param modelType as {@code config.json} says; may be empty
 * @param name of the class, without the {@code Fast} that it may have; empty if nothing tells it
 */
public record TokenizerClass(String modelType, String name) {
    private static final String END = "<|endoftext|>";
    /** Where no file names the class. */
    private static final Map<String, String> BY_MODEL = Map.ofEntries(Map.entry("gpt2", "GPT2Tokenizer"),
            Map.entry("gpt_neo", "GPT2Tokenizer"), Map.entry("gptj", "GPT2Tokenizer"),
            Map.entry("codegen", "GPT2Tokenizer"), Map.entry("opt", "GPT2Tokenizer"), Map.entry("phi", "GPT2Tokenizer"),
            Map.entry("starcoder2", "GPT2Tokenizer"), Map.entry("bert", "BertTokenizer"),
            Map.entry("clip", "CLIPTokenizer"), Map.entry("clip_text_model", "CLIPTokenizer"),
            Map.entry("qwen2", "Qwen2Tokenizer"), Map.entry("qwen2_moe", "Qwen2Tokenizer"),
            Map.entry("qwen3", "Qwen2Tokenizer"), Map.entry("qwen3_moe", "Qwen2Tokenizer"),
            Map.entry("llama", "LlamaTokenizer"), Map.entry("gemma", "GemmaTokenizer"),
            Map.entry("gemma2", "GemmaTokenizer"), Map.entry("gemma3_text", "GemmaTokenizer"),
            Map.entry("t5", "T5Tokenizer"));
    /** Models whose vocabulary transformers takes for what it says itself, whatever class the folder names. */
    private static final Set<String> OWN_MODELS = Set.of("arctic", "granite", "internlm2", "internlm3", "jamba",
            "minicpm3", "nemotron", "phi3", "phi3_v", "phimoe", "stablelm");
    private static final Set<String> ANY = Set.of("PreTrainedTokenizer", "TokenizersBackend", "PythonBackend");

    static TokenizerClass of(SourceFolder source) {
        var model = source.json("config.json");
        var type = model.flatMap(keys -> keys.text("model_type")).orElse("").toLowerCase(Locale.ROOT);
        var named = source.json("tokenizer_config.json").flatMap(keys -> keys.text("tokenizer_class"))
                .or(() -> model.flatMap(keys -> keys.text("tokenizer_class")))
                .map(name -> name.replaceFirst("Fast$", ""));
        // transformers takes this model's own class, whatever the folder names.
        return new TokenizerClass(type, type.equals("qwen2")
                ? "Qwen2Tokenizer"
                : named.orElseGet(() -> BY_MODEL.getOrDefault(type, "")));
    }

    /** Whether a vocabulary file is taken for what it says itself. */
    boolean isAny() {
        return OWN_MODELS.contains(modelType) || ANY.contains(name) || name.isEmpty();
    }

    /** The tokens that the folder's class has by a name such as {@code bos_token} where no file of it names one. */
    public static Map<String, String> namedTokens(SourceFolder source) {
        return of(source).namedTokens();
    }

    Map<String, String> namedTokens() {
        return switch (name) {
            case "GPT2Tokenizer", "CodeGenTokenizer" -> Map.of("unk_token", END, "bos_token", END, "eos_token", END);
            case "Qwen2Tokenizer" -> Map.of("unk_token", END, "eos_token", END, "pad_token", END);
            case "CLIPTokenizer" ->
                Map.of("unk_token", END, "bos_token", "<|startoftext|>", "eos_token", END, "pad_token", END);
            case "LlamaTokenizer", "CodeLlamaTokenizer" ->
                Map.of("unk_token", "<unk>", "bos_token", "<s>", "eos_token", "</s>");
            case "GemmaTokenizer" ->
                Map.of("unk_token", "<unk>", "bos_token", "<bos>", "eos_token", "<eos>", "pad_token",
                        "<pad>", "mask_token", "<mask>");
            case "T5Tokenizer" -> Map.of("eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");
            case "BertTokenizer", "DistilBertTokenizer" ->
                Map.of("unk_token", "[UNK]", "sep_token", "[SEP]", "pad_token",
                        "[PAD]", "cls_token", "[CLS]", "mask_token", "[MASK]");
            default -> Map.of();
        };
    }
}
