// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.VideoFrame;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is plainly wrong with a file that was made: it can't be read, a picture is black or of one colour, a sound is silent, a
 * film is either or stands still. Numbers that are none come out of a generator so too.
 */
final class Flaws {
    private static final Logger log = LoggerFactory.getLogger(Flaws.class);
    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(5));
    /** Of 255: below this nobody sees anything, or a difference. */
    private static final double DARK = 4;
    private static final double ALIKE = 2;
    private static final double STILL = 1;
    /** Of 1: 80 dB below full scale. */
    private static final double SILENT = 1e-4;
    private static final int RATE = 16_000;
    private static final double LONGEST_SECONDS = 60;
    private static final int FRAMES = 4;

    private @Nullable MediaCodec codec;

    /** Blocks, for sounds and films as long as ffmpeg takes. Empty if nothing is plainly wrong, or nobody here can tell. */
    Optional<String> of(Modality modality, GeneratedMedia media, CallContext call) {
        try {
            return switch (modality) {
                case IMAGE -> picture(media);
                case AUDIO ->
                    sound(codec().sound(call, media.getData().toByteArray(), RATE, LONGEST_SECONDS).samples());
                case VIDEO -> film(codec().frames(call, media.getData().toByteArray(), FRAMES, VideoFrame::rgb));
                case TEXT, MODALITY_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
            };
        } catch (IOException | InvalidInput e) {
            return Optional.of("can't be read: " + e.getMessage());
        } catch (RuntimeException e) { // no ffmpeg, or no room for another one now
            log.warn("it is not known what may be plainly wrong with a medium: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private synchronized MediaCodec codec() {
        if (codec == null) {
            codec = MediaCodec.start(LIMITS);
        }
        return codec;
    }

    private static Optional<String> picture(GeneratedMedia media) throws IOException {
        BufferedImage image;
        try {
            image = ImageIO.read(media.getData().newInput());
        } catch (RuntimeException e) { // what ImageIO makes of broken files, now and then
            return Optional.of("can't be read: " + e.getMessage());
        }
        if (image == null) {
            return Optional.of("is no picture");
        }
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        var rgb = new byte[pixels.length * 3];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return still(rgb);
    }

    /** By the brightest channel, so that a blue picture is not dark; by the widest, so that one of two colours is not flat. */
    private static Optional<String> still(byte[] rgb) {
        double brightest = 0;
        double widest = 0;
        int pixels = rgb.length / 3;
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0;
            double squares = 0;
            for (int i = channel; i < rgb.length; i += 3) {
                int value = rgb[i] & 0xff;
                sum += value;
                squares += (double) value * value;
            }
            double mean = sum / pixels;
            brightest = Math.max(brightest, mean);
            widest = Math.max(widest, Math.sqrt(Math.max(0, squares / pixels - mean * mean)));
        }
        if (widest >= ALIKE) {
            return Optional.empty();
        }
        return Optional.of(brightest < DARK ? "is black" : "is of one colour");
    }

    private static Optional<String> sound(float[] samples) {
        double sum = 0;
        double squares = 0;
        for (float sample : samples) {
            sum += sample;
            squares += (double) sample * sample;
        }
        double mean = samples.length == 0 ? 0 : sum / samples.length;
        double deviation = samples.length == 0 ? 0 : Math.sqrt(Math.max(0, squares / samples.length - mean * mean));
        return deviation < SILENT ? Optional.of("is silent") : Optional.empty();
    }

    private static Optional<String> film(List<byte[]> frames) {
        var flaws = frames.stream().map(Flaws::still).flatMap(Optional::stream).toList();
        if (flaws.size() == frames.size()) {
            return flaws.stream().findFirst().or(() -> Optional.of("has no frames"));
        }
        boolean isStill = frames.size() > 1
                && frames.stream().allMatch(frame -> differs(frames.getFirst(), frame) < STILL);
        return isStill ? Optional.of("stands still") : Optional.empty();
    }

    private static double differs(byte[] one, byte[] other) {
        if (Arrays.equals(one, other)) {
            return 0;
        }
        long sum = 0;
        for (int i = 0; i < Math.min(one.length, other.length); i++) {
            sum += Math.abs((one[i] & 0xff) - (other[i] & 0xff));
        }
        return (double) sum / one.length;
    }
}
