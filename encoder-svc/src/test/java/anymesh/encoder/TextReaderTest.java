// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.Tensor;
import anymesh.kit.model.TextTokenizer;
import anymesh.kit.testing.Bundles;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a tokenizer like CLIP's, of which 0 is the beginning and 1 the end; the ids are those of Python's library. */
final class TextReaderTest {
    private static final CallContext CALL = CallContext.start("test", null, Duration.ofMinutes(1));

    @SuppressWarnings("NullAway.Init")
    private TextReader reader;

    @BeforeEach
    void load(@TempDir Path folder) {
        var file = Bundles.copy(Bundles.class, "/tokenizers/clip.json", folder.resolve("clip.json"));
        reader = new TextReader(TextTokenizer.load(file, 8), "input_ids", "attention_mask", 8);
    }

    @AfterEach
    void close() {
        reader.tokenizer().close();
    }

    @Test
    void aTextThatIsCutKeepsItsEnd() {
        var read = read("a red bell at the top left by day and a large blue drum ".repeat(3));

        assertThat(numbers(read, "input_ids")).containsExactly(0, 264, 319, 333, 288, 287, 334, 1);
        assertThat(numbers(read, "attention_mask")).containsExactly(1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void aShortTextIsPadded() {
        var read = read("a red bell");

        assertThat(numbers(read, "input_ids")).containsExactly(0, 264, 319, 333, 1, 0, 0, 0);
        assertThat(numbers(read, "attention_mask")).containsExactly(1, 1, 1, 1, 1, 0, 0, 0);
    }

    @Test
    void aTextOfWhichAllButABitWouldBeCutIsRefused() {
        assertThatThrownBy(() -> read("a ".repeat(70_000))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("140000").hasMessageContaining("131072");
    }

    private Map<String, Tensor> read(String text) {
        return reader.read(MediaItem.newBuilder().setText(text).build(), CALL);
    }

    private static long[] numbers(Map<String, Tensor> read, String name) {
        return Objects.requireNonNull(read.get(name)).toLongArray();
    }
}
