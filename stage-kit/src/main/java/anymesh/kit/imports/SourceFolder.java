// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.JsonFault;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The folder that an exporter wrote. It came from anywhere, so that links must stay inside: what a link names elsewhere is not the
 * model's. Nothing in it is changed.
 *
 * @param path as the user names it
 * @param real the same without links, or the folder around it whose files are the model's too
 */
public record SourceFolder(Path path, Path real) {
    /** Bytes of a file that is read as a whole; the largest vocabularies have a tenth of it. */
    private static final long MAX_TEXT = 512L << 20;
    private static final int SHOWN = 12;
    /** Python writes NaN and Infinity where a config has them. */
    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** {@link BundleException} unless it is a folder. */
    public static SourceFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new BundleException("%s: %s (expected: the folder that an exporter wrote)".formatted(path,
                    Files.exists(path) ? "a file" : "no such folder"));
        }
        try {
            return new SourceFolder(path, path.toRealPath());
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * As {@link #open}, of a checkpoint: in Hugging Face's cache, {@code models--NAME/snapshots/REVISION}, its files are links to
     * {@code models--NAME/blobs}.
     */
    public static SourceFolder openCheckpoint(Path path) {
        var folder = open(path);
        var real = folder.real();
        int names = real.getNameCount();
        boolean isSnapshot = names > 2 && real.getName(names - 2).toString().equals("snapshots")
                && real.getName(names - 3).toString().startsWith("models--");
        return isSnapshot ? new SourceFolder(path, real.resolve("../..").normalize()) : folder;
    }

    /** A file by its path in the folder, if there is one; {@link BundleException} if it is a link that leads out. */
    public Optional<Path> file(String relative) {
        var file = path.resolve(relative);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            if (!file.toRealPath().startsWith(real)) {
                throw new BundleException(
                        "%s: a link that leads out of the folder (expected: the file itself; cp -rL %s "
                                .formatted(file, path) + "COPY makes a folder that has it)");
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return Optional.of(file);
    }

    public boolean has(String relative) {
        return file(relative).isPresent();
    }

    /** A file as UTF-8, if there is one. */
    public Optional<String> text(String relative) {
        return file(relative).map(SourceFolder::text);
    }

    /** A file's JSON object, if there is one. */
    public Optional<JsonKeys> json(String relative) {
        return file(relative).map(SourceFolder::json);
    }

    /** Any file as UTF-8. */
    public static String text(Path file) {
        bounded(file);
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new BundleException(file + ": not a text in UTF-8", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Any file's JSON object. */
    public static JsonKeys json(Path file) {
        bounded(file);
        try {
            if (JSON.readTree(file.toFile()) instanceof ObjectNode object) {
                return new JsonKeys(file.toString(), object);
            }
            throw new BundleException(file + ": a value or a list (expected: a JSON object)");
        } catch (JsonProcessingException e) {
            throw new BundleException(file + ": " + JsonFault.of(e), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void bounded(Path file) {
        try {
            if (Files.size(file) > MAX_TEXT) {
                throw new BundleException("%s: %,d bytes (expected: at most %,d of a text)".formatted(file,
                        Files.size(file), MAX_TEXT));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The names in it, in order, that end like this. */
    public List<String> names(String ending) {
        return names("", ending);
    }

    /** The names in a folder of it, in order, that end like this; none if there is no such folder. */
    public List<String> names(String folder, String ending) {
        if (!Files.isDirectory(path.resolve(folder))) {
            return List.of();
        }
        try (var files = Files.list(path.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending)).sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** What is in it, for a message: some of the names. */
    public String listing() {
        var names = names("");
        return names.isEmpty()
                ? "nothing"
                : names.stream().limit(SHOWN).collect(Collectors.joining(", "))
                        + (names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "");
    }

    static BundleException unreadable(Path file, IOException e) {
        return new BundleException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
}
