// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Writes bundles for tests, with a manifest whose checksums are right. */
public final class Bundles {
    private static final String MANIFEST = "manifest.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Bundles() {}

    /** A manifest for the files that lie in the folder, with these keys of its component. */
    public static Path manifest(Path directory, String component, Map<String, Object> block) {
        try {
            var manifest = new LinkedHashMap<String, Object>(Map.of("schema", 1, "bundle", "test", "version", "1.0.0",
                    "component", component, "precision", "fp32", "license", "Apache-2.0", "files", sums(directory)));
            manifest.putAll(block);
            Files.write(directory.resolve(MANIFEST), JSON.writeValueAsBytes(manifest));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies a bundle into a folder, to be changed; a link becomes a file. */
    public static Path copy(Path bundle, Path target) {
        try (var files = Files.walk(bundle)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var copy = target.resolve(bundle.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.write(copy, Files.readAllBytes(file));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes a text file of a bundle, and its manifest to what the folder has then. */
    public static void change(Path bundle, String file, UnaryOperator<String> change) {
        try {
            var before = Files.readString(bundle.resolve(file));
            var after = change.apply(before);
            if (after.equals(before)) {
                throw new IllegalArgumentException(file + " stays as it is");
            }
            Files.writeString(bundle.resolve(file), after);
            var manifest = (ObjectNode) JSON.readTree(bundle.resolve(MANIFEST).toFile());
            manifest.set("files", JSON.valueToTree(sums(bundle)));
            Files.write(bundle.resolve(MANIFEST), JSON.writeValueAsBytes(manifest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> sums(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            var sums = new TreeMap<String, String>();
            for (var file : files.filter(Files::isRegularFile).toList()) {
                sums.put(directory.relativize(file).toString(), sha256(file));
            }
            sums.remove(MANIFEST);
            return sums;
        }
    }

    /** Copies a resource of the test's class path into a folder, which is made if it isn't there. */
    public static Path copy(Class<?> test, String resource, Path target) {
        try (var in = test.getResourceAsStream(resource)) {
            Files.createDirectories(target.getParent());
            Files.copy(Objects.requireNonNull(in, resource), target);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
