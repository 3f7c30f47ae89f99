// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

/** The sizes of a decoder graph; {@code heads} are key/value heads, {@code context} is prompt and answer together. */
public record DecoderShape(int layers, int heads, int headSize, int hidden, int vocabulary, int context) {

    public DecoderShape {
        requirePositive("model.decoder.num_hidden_layers", layers);
        requirePositive("model.decoder.num_key_value_heads", heads);
        requirePositive("model.decoder.head_size", headSize);
        requirePositive("model.decoder.hidden_size", hidden);
        requirePositive("model.vocab_size", vocabulary);
        requirePositive("model.context_length", context);
    }

    /** As a config says; {@link IllegalArgumentException} if one of them is not positive. */
    static DecoderShape of(GenaiConfig.Model model) {
        var decoder = model.decoder();
        return new DecoderShape(decoder.layers(), decoder.keyValueHeads(), decoder.headSize(), decoder.hiddenSize(),
                model.vocabSize(), model.contextLength());
    }

    private static void requirePositive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: > 0)".formatted(key, value));
        }
    }
}
