// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import static com.fasterxml.jackson.annotation.JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of onnxruntime-genai's {@code genai_config.json} that a decode loop over {@code inputs_embeds} needs. Tensor
 * names that the file leaves out are that project's defaults ({@code src/config.h}).
 */
public record GenaiConfig(Model model, @Nullable Search search) {

    public GenaiConfig {
        require(model, "model");
    }

    public record Model(Decoder decoder, @Nullable Embedding embedding,
            @JsonProperty("context_length") Integer contextLength,
            @JsonProperty("vocab_size") Integer vocabSize,
            @JsonProperty("eos_token_id") @JsonFormat(with = ACCEPT_SINGLE_VALUE_AS_ARRAY) List<Long> eosTokenIds) {

        public Model {
            require(decoder, "model.decoder");
            require(contextLength, "model.context_length");
            require(vocabSize, "model.vocab_size");
            eosTokenIds = List.copyOf(require(eosTokenIds, "model.eos_token_id"));
        }
    }

    public record Decoder(String filename, @JsonProperty("hidden_size") Integer hiddenSize,
            @JsonProperty("head_size") Integer headSize, @JsonProperty("num_hidden_layers") Integer layers,
            @JsonProperty("num_key_value_heads") Integer keyValueHeads, DecoderInputs inputs, DecoderOutputs outputs,
            @JsonProperty("sliding_window") @Nullable SlidingWindow slidingWindow) {

        public Decoder {
            require(filename, "model.decoder.filename");
            require(hiddenSize, "model.decoder.hidden_size");
            require(headSize, "model.decoder.head_size");
            require(layers, "model.decoder.num_hidden_layers");
            require(keyValueHeads, "model.decoder.num_key_value_heads");
            require(inputs, "model.decoder.inputs");
            require(outputs, "model.decoder.outputs");
        }
    }

    /**
     * Layers that remember a window of positions, in memory that does not grow.
     *
     * @param slack how many positions more there is room for
     */
    public record SlidingWindow(@JsonProperty("window_size") Integer size, List<Integer> layers,
            @JsonProperty("cache_slack") @Nullable Integer slack) {

        public SlidingWindow {
            require(size, "model.decoder.sliding_window.window_size");
            layers = List.copyOf(require(layers, "model.decoder.sliding_window.layers"));
        }

        /** How many positions such a layer has room for. */
        public int capacity() {
            return size + (slack == null ? 0 : slack);
        }
    }

    public record DecoderInputs(@JsonProperty("inputs_embeds") String inputsEmbeds,
            @JsonProperty("input_ids") String inputIds,
            @JsonProperty("attention_mask") String attentionMask, @JsonProperty("position_ids") String positionIds,
            @JsonProperty("past_key_names") String pastKeyNames,
            @JsonProperty("past_value_names") String pastValueNames) {

        public DecoderInputs {
            inputsEmbeds = orElse(inputsEmbeds, "inputs_embeds");
            inputIds = orElse(inputIds, "input_ids");
            attentionMask = orElse(attentionMask, "attention_mask");
            positionIds = orElse(positionIds, "position_ids");
            pastKeyNames = orElse(pastKeyNames, "past_key_values.%d.key");
            pastValueNames = orElse(pastValueNames, "past_key_values.%d.value");
        }
    }

    public record DecoderOutputs(String logits, @JsonProperty("hidden_states") String hiddenStates,
            @JsonProperty("present_key_names") String presentKeyNames,
            @JsonProperty("present_value_names") String presentValueNames) {

        public DecoderOutputs {
            logits = orElse(logits, "logits");
            hiddenStates = orElse(hiddenStates, "hidden_states");
            presentKeyNames = orElse(presentKeyNames, "present.%d.key");
            presentValueNames = orElse(presentValueNames, "present.%d.value");
        }
    }

    public record Embedding(String filename, EmbeddingInputs inputs, EmbeddingOutputs outputs) {

        public Embedding {
            require(filename, "model.embedding.filename");
            inputs = inputs == null ? new EmbeddingInputs(null) : inputs;
            outputs = outputs == null ? new EmbeddingOutputs(null) : outputs;
        }
    }

    public record EmbeddingInputs(@JsonProperty("input_ids") @Nullable String inputIds) {

        public String idsName() {
            return orElse(inputIds, "input_ids");
        }
    }

    public record EmbeddingOutputs(@JsonProperty("inputs_embeds") @Nullable String inputsEmbeds) {

        public String embedsName() {
            return orElse(inputsEmbeds, "inputs_embeds");
        }
    }

    /** How answers are sampled unless a request says otherwise; {@code max_length} counts the prompt. */
    public record Search(@JsonProperty("do_sample") @Nullable Boolean doSample, @Nullable Float temperature,
            @JsonProperty("top_k") @Nullable Integer topK, @JsonProperty("top_p") @Nullable Float topP,
            @JsonProperty("min_p") @Nullable Float minP,
            @JsonProperty("repetition_penalty") @Nullable Float repetitionPenalty,
            @JsonProperty("max_length") @Nullable Integer maxLength) {}

    private static <T> T require(@Nullable T value, String key) {
        return Objects.requireNonNull(value, () -> key + " is missing");
    }

    private static String orElse(@Nullable String name, String otherwise) {
        return name == null ? otherwise : name;
    }
}
