// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A bundle that is being written: beside its place, in a folder whose name begins with a dot, and moved there when it is whole. One
 * that is closed before leaves nothing.
 */
public final class BundleDraft implements AutoCloseable {
    private static final String MANIFEST = "manifest.json";
    private static final String SCRATCH = ".scratch";
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path target;
    private final boolean replaces;
    private final Path folder;
    private final TreeSet<String> files = new TreeSet<>();
    private final Thread onExit;

    private BundleDraft(Path target, boolean replaces, Path folder) {
        this.target = target;
        this.replaces = replaces;
        this.folder = folder;
        this.onExit = new Thread(() -> delete(folder), "unfinished-bundle");
    }

    /**
     * Begins one; {@link BundleException} if something is there already that isn't to be replaced, or that is no bundle, or if the source
     * and the target are in each other.
     */
    public static BundleDraft begin(SourceFolder source, Path to, boolean replaces) {
        var target = to.toAbsolutePath().normalize();
        var parent = Objects.requireNonNullElse(target.getParent(), target);
        try {
            Files.createDirectories(parent);
            target = parent.toRealPath().resolve(target.getFileName());
            if (target.startsWith(source.real()) || source.real().startsWith(target)) {
                throw new BundleException(
                        "%s: is in %s, or that in it (expected: a folder elsewhere, by --to)".formatted(
                                to, source.path()));
            }
            mayBecome(target, to, replaces);
            var folder = target.resolveSibling(".%s.%s".formatted(target.getFileName(), UUID.randomUUID()));
            Files.createDirectory(folder);
            var draft = new BundleDraft(target, replaces, folder);
            Runtime.getRuntime().addShutdownHook(draft.onExit);
            return draft;
        } catch (IOException e) {
            throw unwritable(to, e);
        }
    }

    private static void mayBecome(Path target, Path named, boolean replaces) {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!replaces) {
            throw new BundleException("%s: is there already (expected: no such folder; --replace replaces it)"
                    .formatted(named));
        }
        // It is going to be deleted.
        if (Files.isSymbolicLink(target) || !Files.isRegularFile(target.resolve(MANIFEST))) {
            throw new BundleException("%s: is no bundle, so that --replace does not delete it".formatted(named));
        }
    }

    /** What becomes a file, written as a stream. */
    public interface Content {
        void to(OutputStream out) throws IOException;
    }

    /** Takes a file as it is: by a hard link where the file system lets it, else by a copy. */
    public void take(Path source, String relative) {
        try {
            var file = place(relative);
            // A link to a link would be one; and links lead to where the folder was.
            var real = source.toRealPath();
            try {
                Files.createLink(file, real);
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException e) {
                Files.copy(real, file);
            }
        } catch (IOException e) {
            throw unwritable(folder.resolve(relative), e);
        }
    }

    /** Writes a file that isn't there: one that was taken is the source's too, and must not be written over. */
    public void write(String relative, String text) {
        write(relative, text.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #write(String, String)}. */
    public void write(String relative, byte[] bytes) {
        try {
            Files.write(place(relative), bytes, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw unwritable(folder.resolve(relative), e);
        }
    }

    /** Writes one that need not fit the memory. */
    public void write(String relative, Content content) {
        try (var out = Files.newOutputStream(place(relative), StandardOpenOption.CREATE_NEW)) {
            content.to(out);
        } catch (IOException e) {
            throw unwritable(folder.resolve(relative), e);
        }
    }

    public void write(String relative, JsonNode json) {
        write(relative, json(json));
    }

    private static String json(JsonNode json) {
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public boolean has(String relative) {
        return files.contains(relative);
    }

    /** Where a file of it is until it is published. */
    public Path file(String relative) {
        return folder.resolve(relative);
    }

    /** Where all of it is until it is published. */
    public Path folder() {
        return folder;
    }

    /** A folder for what files are made of, on the same file system; it is no part of the bundle. */
    public Path scratch() {
        try {
            return Files.createDirectories(folder.resolve(SCRATCH));
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private Path place(String relative) throws IOException {
        var file = folder.resolve(relative).normalize();
        if (!file.startsWith(folder) || file.equals(folder)) {
            throw new BundleException("'%s': leads out of the bundle".formatted(relative));
        }
        if (!files.add(relative) || relative.equals(MANIFEST)) {
            throw new BundleException("'%s': two files of the bundle have this name (expected: another for the weights)"
                    .formatted(relative));
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "it is in the folder"));
        return file;
    }

    /** Writes the manifest: these keys, and the checksums of all files, each of which is read once as a stream. */
    public void seal(ObjectNode manifest) {
        var sums = manifest.putObject("files");
        for (var relative : files) {
            sums.put(relative, sha256(folder.resolve(relative)));
        }
        try {
            Files.writeString(folder.resolve(MANIFEST), json(manifest), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw unwritable(folder.resolve(MANIFEST), e);
        }
    }

    /** Moves it into its place, instead of what is there if that is to be replaced. */
    public void publish() {
        delete(folder.resolve(SCRATCH));
        var old = target.resolveSibling(folder.getFileName() + ".old");
        try {
            if (replaces && Files.exists(target)) {
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (Files.exists(old)) {
                    Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
        } catch (IOException e) {
            throw unwritable(target, e);
        }
        delete(old);
    }

    /** Deletes what was not published. */
    @Override
    public void close() {
        delete(folder);
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // It was published, or there was none.
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private static String sha256(Path file) {
        try (var in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw SourceFolder.unreadable(file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BundleException unwritable(Path file, IOException e) {
        return new BundleException("%s: cannot be written: %s".formatted(file, e.getMessage()), e);
    }
}
