// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.encoder.image.format.Jpegs;
import anymesh.encoder.image.format.PictureFile;
import anymesh.encoder.image.format.Pngs;
import anymesh.encoder.image.format.Size;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What decoding may take, and whom it keeps waiting. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PictureDecoderTest {
    private static final PictureDecoder DECODER = PictureDecoder.start(PictureLimits.defaults());
    private static final PictureDecoder BY_FFMPEG = PictureDecoder.start(PictureLimits.defaults(), -1);
    private static final Size TARGET = new Size(128, 96);

    /** Read at an eighth, which is twice the target: by 1 of 255 on average, and at a hard edge by no more than 32. */
    @Test
    void aJpegReadAtASmallerScaleLooksTheSame() throws IOException {
        var photo = encoded("jpeg", photo(2048, 1536));
        var full = decode(DECODER, photo, PictureDecoderTest::resizing).result().pixels();
        var sizes = new ArrayList<Size>();
        var scaled = decode(BY_FFMPEG, photo, from -> {
            sizes.add(from);
            return resizing(from);
        }).result().pixels();
        assertThat(sizes).containsExactly(new Size(256, 192));
        double sum = 0;
        for (int i = 0; i < full.length; i++) {
            int difference = Math.abs((full[i] & 0xFF) - (scaled[i] & 0xFF));
            assertThat(difference).isLessThanOrEqualTo(32);
            sum += difference;
        }
        assertThat(sum / full.length).isCloseTo(0, within(1.0));
    }

    @Test
    void aTurnedPictureIsTheUprightOnePixelForPixel() throws IOException {
        var seen = Path.of(System.getProperty("anymesh.root"), "encoder-svc/src/test/resources/pictures/seen");
        var upright = decode(DECODER, Files.readAllBytes(seen.resolve("deep.png")), PictureDecoderTest::resizing)
                .result();
        for (var name : new String[]{"turned2", "turned5", "turned6", "turned7"}) {
            assertThat(decode(DECODER, Files.readAllBytes(seen.resolve(name + ".png")), PictureDecoderTest::resizing)
                    .result().pixels())
                    .isEqualTo(upright.pixels());
        }
    }

    @Test
    void aSmallJpegOfManyScansIsRefusedForTheWorkThatItIs() throws IOException {
        var dear = Jpegs.repeated(Jpegs.resized(Jpegs.progressive(), 4000, 3000), 300);
        assertThatThrownBy(() -> decode(DECODER, dear, PictureDecoderTest::resizing))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("too much time");
    }

    @Test
    void onePictureThatTakesMoreMemoryThanThereIsIsRefusedUnread() {
        var deep = Pngs.header(8000, 8000, 16, 6);
        assertThatThrownBy(() -> decode(DECODER, deep, PictureDecoderTest::resizing)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("MB of memory");
    }

    @Test
    void anotherSizeThanTheHeaderSaysIsNoticed() throws IOException {
        var png = encoded("png", photo(600, 400));
        var lying = Pngs.resized(png, 600, 300);
        assertThat(decode(BY_FFMPEG, png, PictureDecoderTest::resizing).result().size()).isEqualTo(TARGET);
        assertThat(PictureFile.of(ByteBuffer.wrap(lying)).upright()).isEqualTo(new Size(600, 300));
        var longer = Pngs.resized(png, 600, 500);
        assertThatThrownBy(() -> decode(DECODER, longer, PictureDecoderTest::resizing))
                .isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> decode(BY_FFMPEG, longer, PictureDecoderTest::resizing))
                .isInstanceOf(InvalidInput.class);
    }

    @Test
    void whoLeavesTakesTheChildAlong() throws IOException {
        var heavy = Pngs.grey(6000, 6000);
        var call = CallContext.start("test", null, Duration.ofMinutes(1));
        // The first row comes while most of the picture is still to be written.
        assertThatThrownBy(() -> DECODER.decode(PictureFile.of(ByteBuffer.wrap(heavy)), TARGET, call,
                _ -> (RowSink) _ -> call.cancel())).isInstanceOf(CancellationException.class);
        assertThat(ProcessHandle.current().children().map(child -> child.info().command().orElse(""))
                .filter(command -> command.endsWith("ffmpeg")).toList()).isEmpty();
    }

    @Test
    void smallPicturesDoNotWaitForDearOnes() throws IOException {
        var heavy = PictureFile.of(ByteBuffer.wrap(Pngs.grey(3000, 3000)));
        int many = Runtime.getRuntime().availableProcessors() + 1;
        var begun = new CountDownLatch(many - 1);
        var go = new CountDownLatch(1);
        var dear = new ArrayList<CompletableFuture<RowSink>>();
        for (int i = 0; i < many; i++) {
            dear.add(CompletableFuture.supplyAsync(() -> DECODER.decode(heavy, TARGET, call(), _ -> {
                begun.countDown();
                join(go);
                return (RowSink) _ -> {};
            }), Thread::startVirtualThread));
        }
        join(begun);
        assertThat(decode(DECODER, encoded("png", photo(300, 200)), PictureDecoderTest::resizing).result().size())
                .isEqualTo(TARGET);
        assertThat(decode(DECODER, encoded("gif", photo(300, 200)), PictureDecoderTest::resizing).result().size())
                .isEqualTo(TARGET);
        assertThat(dear).noneMatch(CompletableFuture::isDone);
        go.countDown();
        dear.forEach(CompletableFuture::join);
    }

    private static Resizing resizing(Size from) {
        return new Resizing(Resampler.BICUBIC, from, TARGET, TARGET);
    }

    private static <S extends RowSink> S decode(PictureDecoder decoder, byte[] file, Function<Size, S> sink) {
        return decoder.decode(PictureFile.of(ByteBuffer.wrap(file)), TARGET, call(), sink);
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Smooth, with edges. */
    private static BufferedImage photo(int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean disc = Math.hypot(x - width / 2.0, y - height / 2.0) < height / 3.0;
                image.setRGB(x, y, disc ? 0xC83020 : ((255 * x / width) << 16) | ((255 * y / height) << 8) | 90);
            }
        }
        return image;
    }

    private static byte[] encoded(String format, BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new IllegalStateException(
                    "no writer for " + format + Arrays.toString(ImageIO.getWriterFormatNames()));
        }
        return bytes.toByteArray();
    }
}
