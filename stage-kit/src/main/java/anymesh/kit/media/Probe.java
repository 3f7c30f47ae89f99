// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * What a file says of itself, by ffprobe, before anything of it is unpacked.
 *
 * @param seconds as the header says; 0 if it doesn't, or if ffprobe had to guess
 */
record Probe(double seconds, boolean hasSound, boolean hasVideo, long pixels) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** These have no length in their header that could be relied on; it is worked out from the first frame's bitrate. */
    private static final Set<String> GUESSES = Set.of("mp3", "aac");

    static final List<String> ARGUMENTS = List.of("-show_entries",
            "format=format_name,duration:stream=codec_type,width,height:stream_disposition=attached_pic",
            "-of", "json", "-i", "fd:");

    static Probe of(byte[] json) throws IOException {
        var tree = JSON.readTree(json);
        boolean sound = false;
        boolean video = false;
        long pixels = 0;
        for (JsonNode stream : tree.path("streams")) {
            switch (stream.path("codec_type").asText()) {
                case "audio" -> sound = true;
                case "video" -> {
                    pixels = Math.max(pixels, stream.path("width").asLong() * stream.path("height").asLong());
                    video |= stream.path("disposition").path("attached_pic").asInt() == 0;
                }
                default -> {
                    // Subtitles and data are not looked at.
                }
            }
        }
        var format = tree.path("format");
        double seconds = GUESSES.contains(format.path("format_name").asText())
                ? 0
                : format.path("duration").asDouble(0);
        return new Probe(seconds, sound, video, pixels);
    }

    void check(MediaLimits limits) {
        if (seconds > limits.maxSeconds()) {
            throw new InvalidInput(
                    "the file says that it lasts %.1f s (limit: %.1f s)".formatted(seconds, limits.maxSeconds()));
        }
        if (pixels > limits.maxPixels()) {
            throw new InvalidInput(
                    "the file says that a frame has %d pixels (limit: %d)".formatted(pixels, limits.maxPixels()));
        }
    }

    /** Refuses a file of which much less came out than its header says; a little always may, as encoders pad. */
    void checkWhole(double unpacked) {
        if (unpacked < 0.9 * seconds - 0.1) {
            throw new InvalidInput("the file is cut off: it says that it lasts %.2f s, but only %.2f s are there"
                    .formatted(seconds, unpacked));
        }
    }
}
