// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.model.Tensor;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Arrays;
import java.util.Map;

/** A text to ids and attention mask, cut or padded to the model's length as CLIP-like text encoders are. */
record TextReader(TextTokenizer tokenizer, String input, String attentionMask, int maxLength) implements MediaReader {

    @Override
    public Map<String, Tensor> read(MediaItem item, CallContext call) {
        if (!item.hasText() || item.getText().isBlank()) {
            throw new InvalidInput("a text item needs a text that is not empty");
        }
        var ids = tokenizer.encodeWithSpecials(item.getText());
        int length = Math.min(ids.length, maxLength);
        var mask = new long[maxLength];
        Arrays.fill(mask, 0, length, 1);
        return Map.of(input, Tensor.ofLongs(Arrays.copyOf(Arrays.copyOf(ids, length), maxLength), maxLength),
                attentionMask, Tensor.ofLongs(mask, maxLength));
    }
}
