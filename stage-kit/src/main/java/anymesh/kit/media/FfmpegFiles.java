// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds ffmpeg: in the folder that {@code ANYMESH_FFMPEG} names, which may be read-only, or JavaCPP unpacks the programs of
 * the bytedeco jar once into its cache ({@code org.bytedeco.javacpp.cachedir}).
 *
 * <p>ffmpeg is linked against its device library, and that against sound servers and X, from which nothing is ever called here
 * and which many machines lack. The linker only wants files of these names, so for a name that is missing a link to a library
 * that is there stands in; what the machine has itself goes first.
 */
final class FfmpegFiles {
    private static final Logger log = LoggerFactory.getLogger(FfmpegFiles.class);
    private static final Pattern MISSING = Pattern
            .compile("loading shared libraries: (lib(?:pulse|asound|xcb)[\\w.+-]*):");
    /** Small, without versions of its symbols that could contradict those asked for. */
    private static final String STAND_IN = "libdrm.so.2";
    private static final int MAX_MISSING = 8;

    private static @Nullable Ffmpeg found;

    private FfmpegFiles() {}

    /** An ffmpeg that was seen to start, once in this process; {@link IllegalStateException} saying why there is none. */
    static synchronized Ffmpeg find() {
        if (found == null) {
            found = started();
        }
        return found;
    }

    private static Ffmpeg started() {
        try {
            var named = System.getenv("ANYMESH_FFMPEG");
            var folder = (named == null ? unpacked() : Path.of(named)).toAbsolutePath();
            requirePrograms(folder);
            var standIns = Files.isWritable(folder)
                    ? Files.createDirectories(folder.resolve("stand-ins"))
                    : Files.createTempDirectory("anymesh-stand-ins");
            var ffmpeg = new Ffmpeg(folder, folder + File.pathSeparator + standIns);
            for (int i = 0; i < MAX_MISSING; i++) {
                var complaint = ffmpeg.check();
                if (complaint.isEmpty()) {
                    return ffmpeg;
                }
                var missing = MISSING.matcher(complaint);
                if (!missing.find()) {
                    throw unavailable(complaint, null);
                }
                log.info("library={} is not on this machine, {} stands in", missing.group(1), STAND_IN);
                standIn(standIns.resolve(missing.group(1)), folder.resolve(STAND_IN));
            }
            throw unavailable("too many libraries are missing", null);
        } catch (IOException e) {
            throw unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    /** Not by {@code Loader.load}: that would load the libraries into this process too. */
    private static Path unpacked() throws IOException {
        var resource = "/org/bytedeco/ffmpeg/" + Loader.getPlatform() + "/";
        var folder = Loader.cacheResource(org.bytedeco.ffmpeg.ffmpeg.class, resource);
        if (folder == null) {
            throw new IOException("there is none for " + Loader.getPlatform());
        }
        return folder.toPath();
    }

    private static void requirePrograms(Path folder) throws IOException {
        for (var program : Ffmpeg.Program.values()) {
            var file = folder.resolve(program.file()).toFile();
            if (!file.canExecute() && !file.setExecutable(true)) {
                throw new IOException(file + " is not there, or can't be made executable");
            }
        }
    }

    private static void standIn(Path name, Path library) throws IOException {
        try {
            Files.createSymbolicLink(name, library);
        } catch (FileAlreadyExistsException e) {
            // Another process of this machine was faster.
        }
    }

    private static IllegalStateException unavailable(String why, @Nullable Throwable cause) {
        return new IllegalStateException("ffmpeg, which sound and video need, can't start on this machine: " + why,
                cause);
    }
}
