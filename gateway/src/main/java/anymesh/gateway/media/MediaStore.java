// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;

/**
 * Files by name, {@code FOLDER/FILE}, all of which are written once, as a whole: nobody sees half of one, and whoever writes one
 * again writes the same. All gateways that share a database of jobs share one. It knows nothing of jobs; a file that no job
 * names is found by {@link #olderThan} and deleted.
 */
public interface MediaStore {
    /** Writes a file, and completes when it would survive that this machine lost its power. Fails with an {@link IOException}. */
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
}
