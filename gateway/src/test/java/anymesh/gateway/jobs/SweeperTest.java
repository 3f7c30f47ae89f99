// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.database.SqliteDatabase;
import anymesh.gateway.media.FolderMediaStore;
import anymesh.kit.server.Futures;
import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweeperTest {
    private static final Duration AT_ONCE = Duration.ofMinutes(-1);

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private SqliteDatabase database;
    private JobStore jobs;
    private FolderMediaStore media;

    @BeforeEach
    void open() {
        database = SqliteDatabase.open(vertx, folder.resolve("jobs.db"));
        jobs = new JobStore(database);
        media = new FolderMediaStore(vertx, folder.resolve("media"));
    }

    @AfterEach
    void close() {
        database.close();
        Futures.join(vertx.close());
    }

    private StoredMedium put(String name) {
        Futures.join(media.put(name, ByteString.copyFromUtf8(name)));
        return new StoredMedium(name, "video/mp4", name.length());
    }

    private VideoJob completed(Duration keepFor) {
        var id = Futures.join(jobs.create(JobStoreContract.aJob("a bell"), JobStoreContract.once())).job().id();
        var job = Futures.join(jobs.claim("me", JobStoreContract.LONG)).orElseThrow();
        assertThat(job.id()).isEqualTo(id);
        put(id + "/1-video.mp4");
        Futures.join(jobs.complete(job.lease(), "1x1", "1", Map.of(Variant.VIDEO, put(id + "/2-video.mp4")), keepFor));
        return job;
    }

    private void sweep(Duration grace) {
        Futures.join(new Sweeper(media, grace).sweep(List.of(jobs)));
    }

    @Test
    void whatNoJobNamesGoesWhenItIsOldEnough() {
        var job = completed(JobStoreContract.LONG);
        put("video_unknown/1-video.mp4");
        sweep(Duration.ofHours(1));
        assertThat(Futures.join(media.olderThan(AT_ONCE))).hasSize(3);
        sweep(AT_ONCE);
        assertThat(Futures.join(media.olderThan(AT_ONCE))).containsExactly(job.id() + "/2-video.mp4");
    }

    @Test
    void whatIsKeptNoLongerGoesWithItsMedia() {
        var job = completed(Duration.ofMillis(1));
        org.awaitility.Awaitility.await().until(() -> {
            sweep(Duration.ofHours(1));
            return Futures.join(media.olderThan(AT_ONCE)).equals(List.of(job.id() + "/1-video.mp4"));
        });
        assertThat(Futures.join(jobs.get(job.id(), Whose.everybodys()))).isEmpty();
    }
}
