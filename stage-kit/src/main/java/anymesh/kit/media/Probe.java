// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
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
            "-of", "json=compact=1", "-i", "fd:");
    /** Ten minutes of two hundred frames and as many pieces of sound a second. */
    private static final int MAX_PACKETS = 250_000;
    private static final int MAX_TEXT = 1 << 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_TEXT).build())
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE) // It belongs to whoever opened it.
            .build();
    /** The length that is found in their header is worked out from a first frame's bitrate. */
    private static final List<String> GUESSES = List.of("mp3", "aac", "amr");

    /** Reads ffprobe's JSON, in which nothing that a file holds can look like what ffprobe says: packets, then streams, then format. */
    static Probe read(InputStream from) throws IOException {
        var packets = new HashMap<String, Packets>();
        var streams = new ArrayList<MediaStream>();
        Map<String, String> format = Map.of();
        String section = "";
        int count = 0;
        try (var json = JSON.createParser(from)) {
            json.nextToken();
            for (var token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    section = json.currentName();
                } else if (token == JsonToken.START_OBJECT) {
                    if (++count > MAX_PACKETS) {
                        throw new InvalidInput("the file is cut into more than %d pieces".formatted(MAX_PACKETS));
                    }
                    var fields = new HashMap<String, String>();
                    read(json, "", fields);
                    var number = fields.getOrDefault(section.equals("packets") ? "stream_index" : "index", "");
                    switch (section) {
                        case "packets" -> packets.computeIfAbsent(number, _ -> new Packets()).add(fields);
                        case "streams" ->
                            streams.add(new MediaStream(fields, packets.getOrDefault(number, new Packets())));
                        case "format" -> format = fields;
                        default -> {
                            // programs, which are not looked at
                        }
                    }
                }
            }
        }
        var name = format.getOrDefault("format_name", "");
        var duration = format.getOrDefault("duration", "N/A");
        return new Probe(name, GUESSES.contains(name) || duration.equals("N/A") ? 0 : Double.parseDouble(duration),
                streams);
    }

    /** An object's fields, and behind its name and a dot those of an object within it. */
    private static void read(JsonParser json, String prefix, Map<String, String> fields) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var name = prefix + json.currentName();
            switch (json.nextToken()) {
                case START_OBJECT -> read(json, name + ".", fields);
                case START_ARRAY -> json.skipChildren(); // side data, which is not looked at
                default -> fields.put(name, json.getText());
            }
        }
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
