// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.MediaItem;
import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class FileBytesTest {
    @Test
    void aReceivedFileIsNotCopied() throws Exception {
        var sent = MediaItem.newBuilder().setMedia(ByteString.copyFromUtf8("a film")).build().toByteString();
        var received = MediaItem.parseFrom(sent.newCodedInput());
        assertThat(FileBytes.of(received.getMedia())).asString().isEqualTo("a film");
        assertThat(FileBytes.of(received.getMedia())).isSameAs(FileBytes.of(received.getMedia()));
    }

    @Test
    void piecesArePutTogether() {
        var pieces = ByteString.copyFromUtf8("a".repeat(300)).concat(ByteString.copyFromUtf8("b".repeat(300)));
        assertThat(FileBytes.of(pieces.substring(299, 301))).asString().isEqualTo("ab");
        assertThat(FileBytes.of(pieces)).asString().isEqualTo("a".repeat(300) + "b".repeat(300));
        assertThat(FileBytes.of(ByteString.EMPTY)).isEmpty();
    }
}
