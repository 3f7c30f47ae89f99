// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.model.Tensor;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * A text to ids and attention mask, cut or padded to the model's length as CLIP-like text encoders are: what the tokenizer
 * puts around a text stays, since the state of the EOS is what CLIP takes for the whole.
 *
 * @param tokenizer cuts to {@code maxLength}
 */
record TextReader(TextTokenizer tokenizer, String input, String attentionMask, int maxLength) implements MediaReader {
    /** Far more than any encoder reads: the rest would be tokenized only to be cut. */
    private static final int MAX_CHARACTERS = 1 << 17;

    /** How many tokens the model sees of all texts. */
    int tokens(Map<String, Tensor> feeds) {
        var mask = Objects.requireNonNull(feeds.get(attentionMask)).longs();
        int tokens = 0;
        while (mask.hasRemaining()) {
            tokens += (int) mask.get();
        }
        return tokens;
    }

    @Override
    public Map<String, Tensor> read(MediaItem item, CallContext call) {
        return read(item, false, call);
    }

    /** {@code whole}: whether a text of which something would be left out is an {@link InvalidInput}. */
    Map<String, Tensor> read(MediaItem item, boolean whole, CallContext call) {
        if (!item.hasText() || item.getText().isBlank()) {
            throw new InvalidInput("a text item needs a text that is not empty");
        }
        if (item.getText().length() > MAX_CHARACTERS) {
            throw new InvalidInput("a text of %d characters (limit: %d)".formatted(item.getText().length(),
                    MAX_CHARACTERS));
        }
        var tokens = tokenizer.cut(item.getText(), call);
        if (whole && tokens.isCut()) {
            throw new InvalidInput("a text of more than the %d tokens that the model reads".formatted(maxLength));
        }
        var ids = tokens.ids();
        var mask = new long[maxLength];
        Arrays.fill(mask, 0, ids.length, 1);
        return Map.of(input, Tensor.ofLongs(Arrays.copyOf(ids, maxLength), maxLength),
                attentionMask, Tensor.ofLongs(mask, maxLength));
    }
}
