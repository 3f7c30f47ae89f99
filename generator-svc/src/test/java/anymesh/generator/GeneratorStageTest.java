// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.generator.pipeline.Pixels;
import anymesh.generator.pipeline.TinyBundle;
import anymesh.kit.compute.ComputeThread;
import anymesh.kit.testing.ThreadNiceness;
import anymesh.v1.Capability;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service behind its gRPC port, with the tiny bundle. */
@Timeout(120)
class GeneratorStageTest {
    @SuppressWarnings("NullAway.Init")
    private static TestingGenerator generator;

    @BeforeAll
    static void start(@TempDir Path folder) {
        generator = TestingGenerator.start(new TinyBundle().write(folder));
    }

    @AfterAll
    static void stop() {
        generator.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void itGivesWayToThoseThatWriteAnswers() throws Exception {
        int answers = ComputeThread.call("answers", ThreadNiceness::here);
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            var denoise = threads.filter(thread -> name(thread).startsWith("batch-denoise")).toList();
            assertThat(denoise).isNotEmpty()
                    .allSatisfy(thread -> assertThat(ThreadNiceness.of(thread)).isGreaterThan(answers));
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    @Test
    void itDescribesItself() {
        var description = generator.description();
        assertThat(description.getService()).isEqualTo("generator-image");
        assertThat(description.getBundle()).isEqualTo("tiny");
        assertThat(description.getVersion()).isEqualTo("1.2.3");
        assertThat(description.getCapabilitiesList())
                .containsExactly(Capability.newBuilder().setModality(Modality.IMAGE)
                        .addAccepts(TinyBundle.SPACE).setGuidanceScale(2)
                        .setMaxInferenceSteps(1_000).setMaxGuidanceScale(50).addSizes("16x16").addSizes("24x16")
                        .build());
    }

    @Test
    void onTheWayItShowsWhatThePictureMayBecome() throws IOException {
        var events = generator.call(request().setSeed(42).setPreviews(3).build());
        var last = events.removeLast().getMedia().getData();
        var shown = events.stream().map(GeneratorEvent::getProgress).filter(step -> !step.getPreview().isEmpty())
                .toList();
        assertThat(shown).isNotEmpty().hasSizeLessThanOrEqualTo(3)
                .allMatch(step -> step.getPreviewMimeType().equals("image/png"));
        assertThat(shown).extracting(step -> step.getPreview()).doesNotHaveDuplicates().doesNotContain(last);
        for (var step : shown) {
            assertThat(step.getStep()).isLessThan(step.getSteps());
            var image = ImageIO.read(new ByteArrayInputStream(step.getPreview().toByteArray()));
            assertThat(image.getWidth()).isEqualTo(16);
        }
        assertThat(generator.call(request().setSeed(42).build()).getLast().getMedia().getData())
                .as("being looked at changes nothing").isEqualTo(last);
    }

    @ParameterizedTest
    @CsvSource({"image/jpeg,jpeg", "image/webp,RIFF"})
    void aPictureIsWrittenAsTheFileThatIsAskedFor(String type, String format) throws IOException {
        var best = generator.call(request().setSeed(1).setMimeType(type).setQuality(100).build()).getLast().getMedia();
        assertThat(best.getMimeType()).isEqualTo(type);
        var worst = generator.call(request().setSeed(1).setMimeType(type).setQuality(0).build()).getLast().getMedia();
        assertThat(worst.getData().size()).isLessThan(best.getData().size());
        if (format.equals("jpeg")) {
            var picture = ImageIO.read(new ByteArrayInputStream(best.getData().toByteArray()));
            assertThat(picture.getWidth()).isEqualTo(16);
        } else {
            assertThat(best.getData().toStringUtf8()).startsWith(format).contains("WEBP");
        }
    }

    @ParameterizedTest
    @CsvSource({"image/gif,0,90,mime_type", "image/png,17,90,previews", "image/jpeg,0,101,quality"})
    void filesAndPreviewsThatCannotBeAreRefused(String type, int previews, int quality, String param) {
        assertThatThrownBy(() -> generator.call(
                request().setMimeType(type).setPreviews(previews).setQuality(quality).build()))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo(param));
    }

    @Test
    void progressComesInOrderAndThePictureLast() throws IOException {
        var events = generator.call(request().setSeed(42).setSize("24x16").build());
        var media = events.removeLast().getMedia();
        assertThat(events).allMatch(GeneratorEvent::hasProgress).isNotEmpty();
        var steps = events.stream().map(event -> event.getProgress().getStep()).toList();
        assertThat(steps).isSorted().doesNotHaveDuplicates().last().isEqualTo(5);
        assertThat(events).allMatch(event -> event.getProgress().getSteps() == 5);
        assertThat(media.getMimeType()).isEqualTo("image/png");
        assertThat(media.getSeed()).isEqualTo(42);
        assertThat(media.getWidth()).isEqualTo(24);
        assertThat(media.getHeight()).isEqualTo(16);
        assertThat(media.getWork()).as("5 steps on 24 × 16 pixels, in 1,024s").isEqualTo(2);
        assertThat(media.getTimings().getInferenceMicros()).isPositive();
        assertThat(media.getTimings().getBatchSize()).isGreaterThanOrEqualTo(2);
        var image = ImageIO.read(new ByteArrayInputStream(media.getData().toByteArray()));
        assertThat(image.getWidth()).isEqualTo(24);
        assertThat(image.getHeight()).isEqualTo(16);
    }

    @Test
    void aSeedThatWasDrawnMakesThePictureAgain() throws IOException {
        var first = generator.picture(request().build());
        var again = generator.picture(request().setSeed(first.getSeed()).build());
        assertThat(Pixels.of(ImageIO.read(again.getData().newInput())))
                .containsExactly(Pixels.of(ImageIO.read(first.getData().newInput())));
        assertThat(generator.picture(request().setSeed(first.getSeed() + 1).build()).getData())
                .isNotEqualTo(first.getData());
    }

    @Test
    void picturesAskedForAtOnceAreThoseAskedForOneByOne() {
        var requests = new ArrayList<GeneratorRequest>();
        for (int i = 0; i < 12; i++) {
            requests.add(request().setSeed(i).setNumInferenceSteps(20 + i).setGuidanceScale(i % 3).build());
        }
        var alone = requests.stream().map(r -> generator.picture(r).getData()).toList();
        var together = requests.stream().map(r -> CompletableFuture.supplyAsync(() -> generator.picture(r).getData(),
                Thread::startVirtualThread)).toList().stream().map(CompletableFuture::join).toList();
        assertThat(together).isEqualTo(alone);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"size, `size: '32x32'`", "size, `size: 'huge'`",
        "num_inference_steps, `num_inference_steps: 0`", "num_inference_steps, `num_inference_steps: 1001`",
        "num_inference_steps, `num_inference_steps: 4294967295`", "guidance_scale, `guidance_scale: -0.5`",
        "guidance_scale, `guidance_scale: 50.5`", "guidance_scale, `guidance_scale: nan`",
        "guidance_scale, `guidance_scale: inf`", "mime_type, `mime_type: 'image/gif'`"})
    void aWrongParameterIsNamed(String param, String fields) {
        assertThatThrownBy(() -> generator.call(TestingGenerator.merge(request(), fields)))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo(param));
    }

    @Test
    void otherModalitiesAreNotMade() {
        for (var modality : List.of(Modality.AUDIO, Modality.MODALITY_UNSPECIFIED)) {
            assertThatThrownBy(() -> generator.call(request().setModality(modality).build()))
                    .isInstanceOf(UnsupportedModality.class);
        }
    }

    @Test
    void aConditionFromAnotherSpaceOrOfAnotherShapeIsAMismatchOfStages() {
        for (var spec : List.of(spec("other-4x5", 4, 5), spec(TinyBundle.SPACE, 5, 4), spec(TinyBundle.SPACE, 20))) {
            assertThatThrownBy(() -> generator.call(request().build(), generator.condition(spec, 1, 0.5f)))
                    .isInstanceOf(ContractMismatch.class);
        }
    }

    @Test
    void thereMustBeOneConditionOfNumbers() {
        var spec = spec(TinyBundle.SPACE, 4, 5);
        assertInvalid(() -> generator.call(request().build(), generator.condition(spec, 2, 0.5f)));
        assertInvalid(() -> generator.call(request().build(), generator.condition(spec, 1, Float.NaN)));
        assertInvalid(() -> generator.call(request().build(), new EmbeddingBatch[0]));
        assertInvalid(() -> generator.call(request().build(), generator.condition(spec, 1, 0.5f),
                generator.condition(spec, 1, 0.5f)));
    }

    @Test
    void aConditionInHalfPrecisionIsTaken() {
        var half = new EmbeddingSpec(TinyBundle.SPACE, List.of(4, 5), DType.FLOAT16, "test", "1");
        var request = request().setSeed(1).build();
        assertThat(generator.call(request, generator.condition(half, 1, 0.5f)).getLast().getMedia().getData())
                .isEqualTo(generator.picture(request).getData());
    }

    @Test
    void aCancelledCallEndsAsCancelled() {
        var ended = generator.callAndCancelAtFirstProgress(request().setNumInferenceSteps(1000).build());
        assertThat(ended).isInstanceOf(CancellationException.class);
    }

    private static void assertInvalid(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("embeddings"));
    }

    private static EmbeddingSpec spec(String space, Integer... shape) {
        return new EmbeddingSpec(space, List.of(shape), DType.FLOAT32, "test", "1");
    }

    private static GeneratorRequest.Builder request() {
        return GeneratorRequest.newBuilder().setModality(Modality.IMAGE);
    }
}
