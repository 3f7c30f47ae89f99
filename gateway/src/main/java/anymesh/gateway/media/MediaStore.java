// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import anymesh.wire.error.StageUnavailable;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Files by name, {@code FOLDER/FILE}, all of which are written once, as a whole: nobody sees half of one, and whoever writes one
 * again writes the same. All gateways that share a database of jobs share one. It knows nothing of jobs; a file that no job
 * names is found by {@link #olderThan} and deleted. What fails does so with an {@link IOException}, or with
 * {@link StageUnavailable} where another machine has the files that can't be asked at the moment, or refuses.
 */
public interface MediaStore extends AutoCloseable {
    /** The one that is configured; a folder is {@code folder}, unless it is configured otherwise. Nothing is asked or made yet. */
    static MediaStore open(Vertx vertx, MediaConfig config, Path folder) {
        return switch (config.kind()) {
            case FOLDER -> new FolderMediaStore(vertx, folder);
            case S3 -> S3MediaStore.open(vertx, config.s3(), System.getenv());
        };
    }

    /** Completes once it is known that files can be written and read; fails, and says why in the log, while they can't. */
    Future<Void> ready();

    /** Writes a file, and completes when it would survive that this machine lost its power. */
    Future<Void> put(String name, ByteString bytes);

    /** So many bytes of a file, or those that it has from there on. {@link NoSuchFileException} if there is none. */
    Future<Buffer> read(String name, long from, int length);

    /** All of a file that has so many bytes. */
    default Future<ByteString> read(String name, long bytes) {
        return read(name, 0, Math.toIntExact(bytes)).map(read -> UnsafeByteOperations.unsafeWrap(read.getBytes()));
    }

    /** Deletes a file; one that isn't there is no failure. */
    Future<Void> delete(String name);

    /** The names of all files that were written so long ago, what is left of writes that were cut off among them. */
    Future<List<String>> olderThan(Duration age);

    /** Waits for nothing that is under way. */
    @Override
    void close();
}
