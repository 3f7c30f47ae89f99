// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** How many frames a film has, and when the last one ends, in seconds: read from ffmpeg's {@code framecrc}, a line a frame. */
record FrameTimes(int frames, double seconds) {
    private static final Pattern TIME_BASE = Pattern.compile("#tb 0: (\\d+)/(\\d+)");

    static FrameTimes read(InputStream from) throws IOException {
        double tick = 0;
        int frames = 0;
        double end = 0;
        // Not closed: the stream belongs to whoever opened it.
        var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.US_ASCII));
        for (String line; (line = lines.readLine()) != null;) {
            var base = TIME_BASE.matcher(line);
            if (base.matches()) {
                tick = Double.parseDouble(base.group(1)) / Double.parseDouble(base.group(2));
            } else if (!line.startsWith("#")) {
                // stream, decoding time, presentation time, duration, …
                var fields = line.split(",", 5);
                end = Math.max(end, (Long.parseLong(fields[2].strip()) + Long.parseLong(fields[3].strip())) * tick);
                frames++;
            }
        }
        return new FrameTimes(frames, end);
    }
}
