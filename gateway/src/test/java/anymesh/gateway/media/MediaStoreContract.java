// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.server.Futures;
import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of media does. */
abstract class MediaStoreContract {
    final Vertx vertx = Vertx.vertx();
    MediaStore store;

    abstract MediaStore open();

    @BeforeEach
    void start() {
        store = open();
    }

    @AfterEach
    void end() {
        store.close();
        Futures.join(vertx.close());
    }

    void put(String name, String text) {
        Futures.join(store.put(name, ByteString.copyFromUtf8(text)));
    }

    String read(String name, long from, int length) {
        return Futures.join(store.read(name, from, length)).toString();
    }

    @Test
    void whatIsWrittenIsReadInParts() {
        put("video_1/1-video.mp4", "0123456789");
        assertThat(read("video_1/1-video.mp4", 0, 100)).isEqualTo("0123456789");
        assertThat(read("video_1/1-video.mp4", 3, 4)).isEqualTo("3456");
        assertThat(read("video_1/1-video.mp4", 10, 4)).isEmpty();
        assertThat(read("video_1/1-video.mp4", 2, 0)).isEmpty();
        put("video_1/1-video.mp4", "again");
        assertThat(read("video_1/1-video.mp4", 0, 100)).isEqualTo("again");
        put("video_1/nothing", "");
        assertThat(read("video_1/nothing", 0, 4)).isEmpty();
    }

    @Test
    void aFilmGoesInAndComesOutAsItIs() {
        var film = new byte[5_000_000];
        new java.util.Random(7).nextBytes(film);
        // As it comes from the wire: in pieces, off the heap.
        var pieces = ByteString.copyFrom(film, 0, 3_000_000).concat(ByteString.copyFrom(film, 3_000_000, 2_000_000));
        Futures.join(store.put("video_1/1-video.mp4", pieces));
        assertThat(Futures.join(store.read("video_1/1-video.mp4", (long) film.length)).toByteArray()).isEqualTo(film);
    }

    @Test
    void whatIsNotThereIsSaidToBeMissingAndMayBeDeleted() {
        Futures.join(store.delete("video_1/a"));
        assertThatThrownBy(() -> read("video_1/a", 0, 1)).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NoSuchFileException.class);
        put("video_1/a", "a");
        put("video_1/b", "b");
        Futures.join(store.delete("video_1/a"));
        assertThatThrownBy(() -> read("video_1/a", 0, 1)).hasCauseInstanceOf(NoSuchFileException.class);
        assertThat(read("video_1/b", 0, 1)).isEqualTo("b");
    }

    @Test
    void oldFilesAreListed() {
        Futures.join(store.ready()); // and leaves nothing
        put("video_1/a", "a");
        put("video_2/b", "b");
        assertThat(Futures.join(store.olderThan(Duration.ofMinutes(-1)))).containsExactlyInAnyOrder("video_1/a",
                "video_2/b");
        assertThat(Futures.join(store.olderThan(Duration.ofHours(1)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/etc/passwd", "video_1/../../a", "video_1/..", "./a", "a", "a/b/c", ""})
    void noNameLeadsElsewhere(String name) {
        assertThatThrownBy(() -> read(name, 0, 10)).hasCauseInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> put(name, "a")).hasCauseInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Futures.join(store.delete(name))).hasCauseInstanceOf(NoSuchFileException.class);
    }
}
