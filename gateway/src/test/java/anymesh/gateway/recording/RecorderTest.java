// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.pipeline.GeneratorInput;
import anymesh.gateway.routing.Draw;
import anymesh.kit.registry.Release;
import anymesh.kit.server.Futures;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Release RELEASE = Release.parse("generator-image=toyworld@2.0.0");
    private static final GeneratorRequest REQUEST = GeneratorRequest.newBuilder().setModality(Modality.IMAGE)
            .setSeed(4_294_967_295L).setNumInferenceSteps(7).setGuidanceScale(2.5f).setSize("64x64")
            .setMimeType("image/webp").build();
    private static final int PLACES = 2;

    private final WireMemory memory = new WireMemory("test", 1 << 20);
    private final InMemoryMeshStore store = new InMemoryMeshStore();
    private final StoredRecordings stored = new StoredRecordings(store);
    private Instant now = NOON;
    private final ExecutorService worker = worker();
    private final Recorder recorder = recorder(worker);

    @TempDir
    private Path parent;
    private Path folder;

    @BeforeEach
    void name() {
        folder = parent.resolve("new/recordings");
    }

    @AfterEach
    void nothingLeaks() {
        recorder.close();
        memory.close();
    }

    private static ExecutorService worker() {
        return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(PLACES));
    }

    private Recorder recorder(ExecutorService by) {
        return new Recorder(store, () -> now, by);
    }

    private Recording begin(double share, int max) {
        var recording = new Recording("018f-1", Modality.IMAGE, share, max, NOON, NOON.plusSeconds(60),
                folder.toString(), "ann", "a new generator", "");
        Futures.join(stored.begin(recording, now));
        return recording;
    }

    private Recording recording() {
        return Futures.join(stored.get(Modality.IMAGE)).orElseThrow();
    }

    /** Sends one and waits until it was dealt with. */
    private void send(long draw) throws Exception {
        send(recorder, draw, "a red bell");
        worker.submit(() -> {}).get();
    }

    private void send(Recorder to, long draw, String words) {
        try (var condition = EmbeddingBatch.allocate(memory,
                new EmbeddingSpec("toy-cond", List.of(2, 3), DType.FLOAT32, "toyworld", "2.0.0"), 1)) {
            var data = condition.data();
            for (int i = 0; data.hasRemaining(); i++) {
                data.putFloat(i);
            }
            to.enters(new GeneratorInput(condition, REQUEST, RELEASE, words, "request-" + draw, new Draw(draw)));
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void nothingIsRecordedUnlessSomebodyAsksForIt() throws Exception {
        send(1);
        assertThat(folder).doesNotExist();
    }

    @Test
    void whatEntersIsKeptForItsOwnerAndReadAgain() throws Exception {
        begin(100, 10);
        send(1);
        assertThat(files()).extracting(file -> file.getFileName().toString())
                .containsExactly("image-018f-1-000001.arrow");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-------");
        try (var read = RecordedInput.read(files().getFirst(), memory)) {
            assertThat(read.input())
                    .isEqualTo(new RecordedInput("018f-1", "request-1", RELEASE, NOON, "a red bell", REQUEST));
            assertThat(read.condition().spec().space()).isEqualTo("toy-cond");
            assertThat(read.condition().data().getFloat(5 * Float.BYTES)).isEqualTo(5);
        }
        assertThat(Recorded.of(recording())).isEqualTo(new Recorded(1, Files.size(files().getFirst())));
    }

    @Test
    void theSampleIsWhatTheDrawsSayAndAboutAsLargeAsAsked() throws Exception {
        var recording = begin(30, 1_000);
        int taken = 0;
        for (int draw = 0; draw < 200; draw++) {
            taken += recording.takes(new Draw(draw)) ? 1 : 0;
            send(draw);
        }
        assertThat(files()).hasSize(taken);
        assertThat(taken).isBetween(45, 75);
    }

    @Test
    void itEndsWithItsLastFileAndSaysSo() throws Exception {
        begin(100, 3);
        for (int i = 0; i < 5; i++) {
            send(i);
        }
        assertThat(files()).hasSize(3);
        assertThat(recording().ended()).isEqualTo("3 are recorded, as many as it may");
        begin(100, 3);
        send(1);
        assertThat(files()).as("the same id is not begun again").hasSize(3);
    }

    @Test
    void itEndsWithItsTime() throws Exception {
        begin(100, 10);
        send(1);
        now = NOON.plusSeconds(60);
        send(2);
        recorder.look();
        now = NOON.plusSeconds(59);
        send(3);
        assertThat(files()).as("after the end, nothing").hasSize(1);
    }

    @Test
    void itEndsWhenItIsToldTo() throws Exception {
        var recording = begin(100, 10);
        send(1);
        Futures.join(stored.end(recording, "ann stops it"));
        send(2);
        assertThat(files()).hasSize(1);
        assertThat(recording().end()).isEqualTo("ann stops it");
    }

    @Test
    void aFolderHoldsSoManyBytes() throws Exception {
        var recording = begin(100, 10);
        send(1);
        long size = Files.size(files().getFirst());
        var bounded = new RecordingFolder(recording, 2 * size);
        try (var read = RecordedInput.read(files().getFirst(), memory)) {
            assertThat(bounded.write(read.condition(), read.input())).isTrue();
            assertThat(bounded.full()).isNotEmpty();
            assertThat(bounded.write(read.condition(), read.input())).isFalse();
        }
        assertThat(files()).hasSize(2);
    }

    @Test
    void aGatewayThatIsStartedAgainGoesOnWithinTheBounds() throws Exception {
        begin(100, 4);
        send(1);
        recorder.close();
        Files.createFile(folder.resolve("image-018f-1-000003.part")); // it was killed
        var again = recorder(worker());
        for (int i = 0; i < PLACES; i++) {
            send(again, i, "a blue cat");
        }
        again.close();
        assertThat(files()).extracting(file -> file.getFileName().toString()).containsExactly(
                "image-018f-1-000001.arrow", "image-018f-1-000002.arrow", "image-018f-1-000003.part",
                "image-018f-1-000004.arrow");
        assertThat(recording().ended()).contains("4 are recorded");
    }

    @Test
    void gatewaysThatShareAFolderShareTheBounds() throws Exception {
        begin(100, 3);
        var otherWorker = worker();
        try (var other = recorder(otherWorker)) {
            for (int i = 0; i < 3; i++) {
                send(i);
                send(other, i, "a blue cat");
                otherWorker.submit(() -> {}).get();
            }
        }
        assertThat(files()).hasSize(3).allMatch(file -> file.toString().endsWith(".arrow"));
    }

    @Test
    void aDiskThatTakesNothingEndsItAndHurtsNobody() throws Exception {
        Files.createDirectories(folder.getParent());
        Files.writeString(folder, "a file where the folder should be");
        begin(100, 10);
        send(1);
        assertThat(recording().ended()).startsWith("nothing can be written: ");
    }

    @Test
    void whatFailsHalfWayLeavesNoFile() throws Exception {
        begin(100, 10);
        send(1);
        Files.delete(files().getFirst());
        Files.delete(folder);
        send(2);
        assertThat(files()).isEmpty();
        assertThat(recording().ended()).startsWith("nothing can be written: ");
    }

    @Test
    void whatComesTooFastIsLeftOutAndNotWaitedFor() throws Exception {
        begin(100, 10);
        var goOn = new CountDownLatch(1);
        worker.execute(() -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < PLACES + 3; i++) {
            send(recorder, i, "a red bell");
        }
        goOn.countDown();
        recorder.close();
        assertThat(files()).hasSize(PLACES);
    }

    @Test
    void oneAtATimeOfAModality() {
        begin(100, 10);
        assertThatThrownBy(() -> begin(100, 10)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("image is recorded already, by ann until 2026-01-01T12:01:00Z");
        now = NOON.plusSeconds(60);
        assertThat(recording().isOver(now)).isTrue();
    }

    @Test
    void longWordsAreCutWhereACharacterEnds() throws Exception {
        begin(100, 10);
        send(recorder, 1, "x" + "\ud83d\udd14".repeat(5_000));
        worker.submit(() -> {}).get();
        try (var read = RecordedInput.read(files().getFirst(), memory)) {
            assertThat(read.input().words()).hasSize(3_999).endsWith("\ud83d\udd14");
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertRefused("share", 0, 10, 60, "/x", "why");
        assertRefused("share", 101, 10, 60, "/x", "why");
        assertRefused("max", 10, 0, 60, "/x", "why");
        assertRefused("for", 10, 10, 0, "/x", "why");
        assertRefused("for", 10, 10, Duration.ofDays(2).toSeconds(), "/x", "why");
        assertRefused("to", 10, 10, 60, "x", "why");
        assertRefused("why", 10, 10, 60, "/x", " ");
        assertThatThrownBy(() -> RecordingJson.read("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(String name, double share, int max, long seconds, String to, String why) {
        assertThatThrownBy(() -> new Recording("1", Modality.IMAGE, share, max, NOON, NOON.plusSeconds(seconds), to,
                "ann", why, "")).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(name + ": ");
    }
}
