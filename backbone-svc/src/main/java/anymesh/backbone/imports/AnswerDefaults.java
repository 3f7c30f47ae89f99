// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** How answers end and are sampled unless a request says otherwise: {@code generation_config.json} over what the builder wrote. */
final class AnswerDefaults {
    /** Of transformers' {@code GenerationConfig}. */
    private static final int TOP_K = 50;
    private static final List<String> NUMBERS = List.of("temperature", "top_p", "min_p", "repetition_penalty");

    private AnswerDefaults() {}

    /** Writes {@code search}; without {@code do_sample} an answer is greedy, as transformers has it. */
    static void search(SourceFolder source, ObjectNode genai, ImportReport report) {
        boolean isNew = !genai.hasNonNull("search");
        var search = genai.withObject("/search");
        if (isNew) {
            search.put("do_sample", false).put("temperature", 1.0).put("top_k", TOP_K).put("top_p", 1.0).put(
                    "repetition_penalty", 1.0);
        }
        var generation = source.json("generation_config.json");
        generation.ifPresent(keys -> {
            search.put("do_sample", keys.flag("do_sample").orElse(false));
            for (var key : NUMBERS) {
                keys.number(key).ifPresent(number -> search.put(key, number));
            }
            keys.numbers("top_k").stream().findFirst().ifPresent(number -> search.put("top_k", number));
        });
        var file = new JsonKeys("genai_config.json: search", search);
        boolean samples = file.flag("do_sample").orElse(false);
        report.did("answers are %s, from %s".formatted(samples
                ? "sampled (temperature %s, top_k %s, top_p %s)".formatted(
                        file.number("temperature").orElse(1.0),
                        file.numbers("top_k").stream().findFirst().orElse(0L), file.number("top_p").orElse(1.0))
                : "greedy",
                generation.isPresent()
                        ? "generation_config.json"
                        : isNew ? "no file that says otherwise" : "genai_config.json"));
    }

    /**
     * Writes the ids that end an answer, and returns them: all that any of the files lists.
     *
     * @param otherwise the tokenizer's EOS, where none lists any
     */
    static Set<Long> ends(SourceFolder source, GenaiWriter genai, Optional<Long> otherwise, ImportReport report) {
        var ends = new TreeSet<Long>(genai.model().numbers("eos_token_id"));
        source.json("generation_config.json").ifPresent(keys -> ends.addAll(keys.numbers("eos_token_id")));
        source.json("config.json").ifPresent(keys -> ends.addAll(keys.numbers("eos_token_id")));
        ends.addAll(genai.config().numbers("eos_token_id"));
        ends.removeIf(id -> id < 0 || id >= genai.vocabulary());
        if (ends.isEmpty()) {
            otherwise.ifPresent(ends::add);
        }
        if (ends.isEmpty()) {
            report.unknown("what ends an answer, so that only its length does (eos_token_id in config.json says it)");
        } else {
            report.did("answers end at the ids %s".formatted(ends));
        }
        var list = genai.model().json().putArray("eos_token_id");
        ends.forEach(list::add);
        if (!genai.model().has("bos_token_id")) {
            genai.config().numbers("bos_token_id").stream().findFirst()
                    .ifPresent(id -> genai.model().json().put("bos_token_id", id));
        }
        return ends;
    }
}
