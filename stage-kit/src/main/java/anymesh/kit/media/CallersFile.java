// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.kit.media.Ffmpeg.Program;
import anymesh.kit.media.Ffmpeg.Reader;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A sound or a film of a stranger on disk, and the call that it is read for.
 *
 * @param bytes how many it has
 */
record CallersFile(Ffmpeg ffmpeg, MediaLimits limits, CallContext call, Path path, int bytes) {
    static final String READABLE = "WAV, FLAC, MP3, AAC, Ogg, M4A, AIFF, CAF, AMR, WMA, MP4, MOV, WebM, MKV, AVI, MPEG-TS or GIF";
    private static final String CONTAINERS = "wav,flac,mp3,aac,ogg,mov,matroska,webm,gif,aiff,caf,amr,asf,avi,mpegts";
    private static final int FEW_BYTES = 2 << 20;
    private static final String MAX_STREAMS = "64";

    /** Throws {@link InvalidInput} for a file that is longer or larger than the limits. */
    Probe probe() throws FfmpegFailed {
        var arguments = fence();
        arguments.addAll(Probe.ARGUMENTS);
        var probe = ffmpeg.run(call, lane(), Program.FFPROBE, path, arguments, Probe::read);
        probe.check(limits);
        return probe;
    }

    /**
     * Unpacks one stream. What is damaged fails, and is not painted over.
     *
     * @param decoding ffmpeg's options of the input
     * @param output   its options of the output, with its format
     */
    <T> T decode(Lane lane, MediaStream stream, List<String> decoding, List<String> output, Reader<T> reader)
            throws FfmpegFailed {
        var arguments = fence();
        arguments.addAll(List.of("-xerror", "-err_detect", "crccheck", "-copyts"));
        arguments.addAll(decoding);
        arguments.addAll(List.of("-i", "fd:", "-map", "0:" + stream.index()));
        arguments.addAll(output);
        arguments.add("pipe:1");
        try {
            return ffmpeg.run(call, lane, Program.FFMPEG, path, arguments, reader);
        } catch (FfmpegFailed e) {
            throw e.isTooMuch() ? e : new FfmpegFailed("it is damaged: " + e.getMessage());
        }
    }

    /** Where work on all of the file begins. */
    Lane lane() {
        return bytes > FEW_BYTES ? Lane.LONG : Lane.SHORT;
    }

    private List<String> fence() {
        return new ArrayList<>(List.of("-protocol_whitelist", "fd", "-format_whitelist", CONTAINERS, "-max_streams",
                MAX_STREAMS, "-max_pixels", String.valueOf(limits.maxPixels())));
    }
}
