// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;

/** When each frame of a film is shown, in its own ticks: read from ffmpeg's {@code framecrc}, a line a frame. */
final class FrameTimes {
    private FrameTimes() {}

    static long[] read(InputStream from) throws IOException {
        var times = LongStream.builder();
        // Not closed: the stream belongs to whoever opened it.
        var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.US_ASCII));
        for (String line; (line = lines.readLine()) != null;) {
            // stream, decoding time, presentation time, …; the last line of a child that was killed may be shorter
            var fields = line.split(",", 4);
            if (!line.startsWith("#") && fields.length == 4) {
                times.add(Long.parseLong(fields[2].strip()));
            }
        }
        return times.build().toArray();
    }
}
