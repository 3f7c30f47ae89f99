// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTextTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 6_143, 6_144, 6_145, 100_000})
    void itIsWrittenAsOneStringOfBase64BehindItsPrefix(int size) throws IOException {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        var text = MediaText.dataUrl("image/png", ByteString.copyFrom(bytes));
        var expected = "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes);
        var written = JSON.writeValueAsString(JSON.createObjectNode().putPOJO("url", text));
        assertThat(JSON.readTree(written).path("url").textValue()).isEqualTo(expected);
        assertThat(text).hasToString(expected);
    }
}
