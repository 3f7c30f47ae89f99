// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Callers' media in the temporary folder, readable by their owner alone, for as long as a child process reads them. */
final class TemporaryMedia {
    private static final Logger log = LoggerFactory.getLogger(TemporaryMedia.class);
    private static final String PREFIX = "anymesh";
    private static final String SUFFIX = ".media";
    /** No child reads for nearly as long. */
    private static final Duration LEFT_BEHIND = Duration.ofMinutes(10);

    private TemporaryMedia() {}

    static Path create() throws IOException {
        return Files.createTempFile(PREFIX, SUFFIX);
    }

    /** What a file that can't be written here is to a caller: the disk is full, or there are no more open files to be had. */
    static Overloaded noRoom(CallContext call, IOException why) {
        log.warn("requestId={} a file could not be written: {}", call.requestId(), why.toString());
        return new Overloaded("the stage can't write another file at present", why);
    }

    /** Deletes what processes that were killed have left behind, as far as this one may. */
    static void sweep() {
        var before = Instant.now().minus(LEFT_BEHIND);
        try (var files = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")),
                PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                        Files.delete(file);
                    }
                } catch (IOException e) {
                    // Another process was first, or it is somebody else's.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
