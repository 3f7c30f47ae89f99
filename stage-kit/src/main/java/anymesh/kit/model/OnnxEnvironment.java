// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process's ONNX Runtime. Its native libraries are unpacked once for all processes of a user, into
 * {@code onnxruntime-CHECKSUM} under {@code ANYMESH_CACHE} (or {@code ~/.cache/anymesh}). Left to itself, each process unpacks
 * 28 MB of its own into the temporary folder, and whoever is killed or halts leaves them there.
 */
public final class OnnxEnvironment {
    private static final Logger log = LoggerFactory.getLogger(OnnxEnvironment.class);
    private static final String NATIVE_PATH = "onnxruntime.native.path";
    private static final String RUNTIME = "onnxruntime";
    /** The runtime looks for its providers beside itself. Most jars have only some of these. */
    private static final List<String> LIBRARIES = List.of(RUNTIME, "onnxruntime4j_jni", "onnxruntime_providers_shared",
            "onnxruntime_providers_cuda", "onnxruntime_providers_tensorrt");

    private static final class Holder {
        private static final OrtEnvironment ENVIRONMENT = open();
    }

    private OnnxEnvironment() {}

    /** Loads the native libraries when it is first asked for. */
    public static OrtEnvironment get() {
        return Holder.ENVIRONMENT;
    }

    private static OrtEnvironment open() {
        if (System.getProperty(NATIVE_PATH) == null) {
            try {
                var folder = unpack(cache());
                if (folder != null) {
                    System.setProperty(NATIVE_PATH, folder.toString());
                }
            } catch (IOException e) {
                log.warn("the libraries of ONNX Runtime go to the temporary folder: {}", e.toString());
            }
        }
        var environment = OrtEnvironment.getEnvironment();
        deleteTemporaryFolder();
        return environment;
    }

    /** Where the libraries lie now; null if there are none for this machine in the jar, or no jar. */
    static @Nullable Path unpack(Path cache) throws IOException {
        var runtime = resource(RUNTIME);
        if (!cache.isAbsolute() || runtime == null
                || !(runtime.openConnection() instanceof JarURLConnection packed)) {
            return null;
        }
        var folder = cache.resolve("onnxruntime-%08x".formatted(packed.getJarEntry().getCrc()));
        Files.createDirectories(folder);
        for (var library : LIBRARIES) {
            var resource = resource(library);
            if (resource != null) {
                copy(resource, folder.resolve(System.mapLibraryName(library)));
            }
        }
        return folder;
    }

    /** Whole or not at all, as other processes may do the same at this moment. */
    private static void copy(URL resource, Path to) throws IOException {
        var packed = resource.openConnection();
        if (Files.exists(to) && Files.size(to) == packed.getContentLengthLong()) {
            return;
        }
        var part = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".part");
        try (var from = packed.getInputStream()) {
            Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static @Nullable URL resource(String library) {
        var os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        var platform = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
        var architecture = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
        return OrtEnvironment.class.getResource("/ai/onnxruntime/native/%s-%s/%s".formatted(platform, architecture,
                System.mapLibraryName(library)));
    }

    /** Where a user's processes keep what they share: {@code ANYMESH_CACHE}, or {@code ~/.cache/anymesh}. */
    public static Path cache() {
        var named = System.getenv("ANYMESH_CACHE");
        return named == null ? Path.of(System.getProperty("user.home"), ".cache/anymesh") : Path.of(named);
    }

    /** The runtime makes one all the same, and deletes it only when the JVM exits by itself. */
    private static void deleteTemporaryFolder() {
        try {
            var field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            field.setAccessible(true);
            if (field.get(null) instanceof Path folder) {
                Files.deleteIfExists(folder);
            }
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            log.debug("the runtime's temporary folder stays: {}", e.toString());
        }
    }
}
