// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The files beside an ONNX file that its weights lie in. ONNX Runtime opens whatever path the graph has, so they are held against
 * its folder before a session is opened.
 */
public final class ExternalData {
    /** Absolute where a graph may have been written, whatever this system is. */
    private static final Pattern ABSOLUTE = Pattern.compile("^([/\\\\]|[A-Za-z]:).*", Pattern.DOTALL);

    private ExternalData() {}

    /**
     * Their paths, relative to the folder of the ONNX file and with slashes, of all graphs in graphs, functions and attributes;
     * empty if all weights are in the file. {@link BundleException} if one is absolute or leads out of the folder, or if the file
     * is no ONNX.
     */
    public static Set<String> of(Path onnx) {
        return of(onnx, OnnxFile.read(onnx));
    }

    /** As {@link #of(Path)}, of a file that was read before. */
    public static Set<String> of(Path onnx, OnnxFile read) {
        var paths = new TreeSet<String>();
        for (var part : read.external()) {
            paths.add(relative(onnx, part.location()));
        }
        return paths;
    }

    /**
     * As {@link #of(Path, OnnxFile)}, and {@link BundleException} too if one of the files is not there, is a link that leads out of the
     * folder, or is shorter than the graph says.
     */
    public static Set<String> check(Path onnx, OnnxFile read) {
        var folder = Objects.requireNonNull(onnx.toAbsolutePath().getParent(), "a file is in a folder");
        for (var part : read.external()) {
            var relative = relative(onnx, part.location());
            var file = folder.resolve(relative);
            if (!Files.isRegularFile(file)) {
                throw new BundleException(
                        "%s: its weights are in '%s', which is not there (expected: that file beside it)"
                                .formatted(onnx, relative));
            }
            try {
                if (!file.toRealPath().startsWith(folder.toRealPath())) {
                    throw new BundleException(
                            "%s: a link that leads out of its folder (expected: the file itself; cp -rL copies a folder so)"
                                    .formatted(file));
                }
                long size = Files.size(file);
                // Not their sum, which a hostile file makes negative.
                if (part.offset() > size || part.length() > size - part.offset()) {
                    throw new BundleException(
                            "%s: %,d bytes, but %s has %,d at %,d (expected: the whole file)".formatted(
                                    file, size, onnx.getFileName(), part.length(), part.offset()));
                }
            } catch (IOException e) {
                throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
            }
        }
        return of(onnx, read);
    }

    /** The size of the file together with those that its weights lie in, as far as they are there. */
    static long bytes(Path onnx) {
        try {
            long bytes = Files.size(onnx);
            for (var relative : of(onnx)) {
                var file = onnx.resolveSibling(relative);
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
            return bytes;
        } catch (IOException e) {
            throw new BundleException(onnx + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String relative(Path onnx, String location) {
        var what = "%s: its weights are in '%s'".formatted(onnx, location);
        if (location.isEmpty() || ABSOLUTE.matcher(location).matches()) {
            throw new BundleException(what + " (expected: a path relative to its folder)");
        }
        try {
            var path = Path.of(location).normalize();
            if (path.startsWith("..") || path.toString().isEmpty()) {
                throw new BundleException(what + " (expected: a file in its folder)");
            }
            return path.toString().replace(File.separatorChar, '/');
        } catch (InvalidPathException e) {
            throw new BundleException(what + " (expected: a path)", e);
        }
    }
}
