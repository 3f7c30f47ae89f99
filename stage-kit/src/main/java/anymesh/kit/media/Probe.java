// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.error.InvalidInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What a file says of itself, and which packets are there, by ffprobe, before anything of it is unpacked. */
record Probe(String format, double seconds, List<MediaStream> streams) {
    static final List<String> ARGUMENTS = List.of("-show_entries",
            "format=format_name,duration:stream=index,codec_type,codec_name,width,height,duration,time_base,"
                    + "sample_aspect_ratio,color_transfer:stream_disposition=default,attached_pic:stream_tags=alpha_mode"
                    + ":packet=stream_index,pts,duration,flags",
            "-of", "compact", "-i", "fd:");
    /** Ten minutes of two hundred frames and as many pieces of sound a second. */
    private static final int MAX_PACKETS = 250_000;
    private static final int MAX_LINE = 1 << 16;
    /** The length that is found in their header is worked out from a first frame's bitrate. */
    private static final List<String> GUESSES = List.of("mp3", "aac", "amr");

    /** Reads ffprobe's lines: a word, then fields. */
    static Probe read(InputStream from) throws IOException {
        var packets = new HashMap<String, Packets>();
        var streams = new ArrayList<MediaStream>();
        Map<String, String> format = Map.of();
        int count = 0;
        // Not closed: the stream belongs to whoever opened it.
        var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null;) {
            if (++count > MAX_PACKETS || line.length() > MAX_LINE) {
                throw new InvalidInput("the file is cut into more than %d pieces".formatted(MAX_PACKETS));
            }
            var fields = fields(line);
            switch (line.substring(0, Math.max(0, line.indexOf('|')))) {
                case "packet" ->
                    packets.computeIfAbsent(fields.getOrDefault("stream_index", ""), _ -> new Packets()).add(fields);
                case "stream" -> streams.add(new MediaStream(fields,
                        packets.getOrDefault(fields.getOrDefault("index", ""), new Packets())));
                case "format" -> format = fields;
                default -> {
                    // side data, which is not looked at
                }
            }
        }
        var name = format.getOrDefault("format_name", "");
        var duration = format.getOrDefault("duration", "N/A");
        return new Probe(name, GUESSES.contains(name) || duration.equals("N/A") ? 0 : Double.parseDouble(duration),
                streams);
    }

    private static Map<String, String> fields(String line) {
        var fields = new HashMap<String, String>();
        for (var field : line.split("\\|", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        return fields;
    }

    MediaStream sound() {
        return first(MediaStream::isSound).orElseThrow(() -> new InvalidInput("the file holds no sound"));
    }

    /** Refuses frames that are too large. The pictures of covers may be larger: nobody unpacks them. */
    MediaStream film(MediaLimits limits) {
        var film = first(MediaStream::isFilm).orElseThrow(() -> new InvalidInput("the file holds no video"));
        if (film.pixels() > limits.maxPixels()) {
            throw new InvalidInput("the file says that a frame has %d pixels (limit: %d)".formatted(film.pixels(),
                    limits.maxPixels()));
        }
        return film;
    }

    /** The one that players take: the first that is marked so, else the first. */
    private Optional<MediaStream> first(Predicate<MediaStream> kind) {
        return streams.stream().filter(kind.and(MediaStream::isDefault)).findFirst()
                .or(() -> streams.stream().filter(kind).findFirst());
    }

    /**
     * Refuses what is too long, by what is there. What the header says of its length counts only if no packet says when it is:
     * a file that was streamed may have anything there.
     */
    void check(MediaLimits limits) {
        double there = streams.stream().mapToDouble(MediaStream::secondsThere).max().orElse(0);
        double longest = there > 0 ? there : seconds;
        if (longest > limits.maxSeconds()) {
            throw new InvalidInput("the file lasts %.1f s (limit: %.1f s)".formatted(longest, limits.maxSeconds()));
        }
    }
}
