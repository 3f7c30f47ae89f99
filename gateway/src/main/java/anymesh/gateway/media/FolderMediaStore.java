// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;

/** Media in a folder, for its owner's eyes, which is made when the first one is written. */
public final class FolderMediaStore implements MediaStore {
    private static final FileAttribute<?> FOLDER = PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> FILE = PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rw-------"));

    private static final int ATTEMPTS = 3;

    private final Vertx vertx;
    private final Path folder;

    public FolderMediaStore(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** It is made with its first file, so that a mesh that makes none has none. */
    @Override
    public Future<Void> ready() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> put(String name, ByteString bytes) {
        return doing(() -> {
            var file = path(name);
            for (int attempt = 1;; attempt++) {
                try {
                    write(file, bytes);
                    return;
                } catch (NoSuchFileException e) {
                    if (attempt == ATTEMPTS) { // else somebody deleted the last file beside it, and the folder with it
                        throw e;
                    }
                }
            }
        });
    }

    private void write(Path file, ByteString bytes) throws IOException {
        var parent = Objects.requireNonNull(file.getParent());
        Files.createDirectories(parent, FOLDER);
        var part = parent.resolve(UUID.randomUUID() + ".part");
        try {
            fill(part, bytes);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        flush(parent);
        flush(folder);
    }

    private static void fill(Path part, ByteString bytes) throws IOException {
        try (var channel = FileChannel.open(part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE)) {
            for (ByteBuffer piece : bytes.asReadOnlyByteBufferList()) {
                while (piece.hasRemaining()) {
                    channel.write(piece);
                }
            }
            channel.force(true);
        }
    }

    /** A file that was renamed, or a folder that was made, is only there for certain once the folder that holds it was written too. */
    private static void flush(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    @Override
    public Future<Buffer> read(String name, long from, int length) {
        return blocking(() -> {
            try (var channel = FileChannel.open(path(name))) {
                var bytes = ByteBuffer.allocate(Math.clamp(channel.size() - from, 0, length));
                for (long at = from; bytes.hasRemaining();) {
                    int read = channel.read(bytes, at);
                    if (read < 0) {
                        throw new IOException(name + " has become shorter");
                    }
                    at += read;
                }
                return Buffer.buffer(bytes.array());
            }
        });
    }

    @Override
    public Future<Void> delete(String name) {
        return doing(() -> {
            var file = path(name);
            Files.deleteIfExists(file);
            try {
                Files.deleteIfExists(Objects.requireNonNull(file.getParent()));
            } catch (DirectoryNotEmptyException _) {
                // Something else lies in it.
            }
        });
    }

    @Override
    public Future<List<String>> olderThan(Duration age) {
        return blocking(() -> {
            var limit = Instant.now().minus(age);
            var names = new ArrayList<String>();
            if (Files.isDirectory(folder)) {
                try (var files = Files.walk(folder, 2)) {
                    for (Path file : (Iterable<Path>) files::iterator) {
                        var name = folder.relativize(file).toString();
                        if (MediaName.isOne(name) && isOlder(file, limit)) {
                            names.add(name);
                        }
                    }
                }
            }
            return names;
        });
    }

    private static boolean isOlder(Path file, Instant limit) throws IOException {
        try {
            return Files.isRegularFile(file) && Files.getLastModifiedTime(file).toInstant().isBefore(limit);
        } catch (NoSuchFileException _) {
            return false; // another gateway deleted it
        }
    }

    private Path path(String name) throws NoSuchFileException {
        return folder.resolve(MediaName.checked(name));
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }

    private interface Work {
        void run() throws IOException;
    }

    private Future<Void> doing(Work work) {
        return blocking(() -> {
            work.run();
            return true;
        }).mapEmpty();
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
    }
}
