// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of a recording lies in its folder, as far as that can be seen from here. */
public record Recorded(int files, long bytes) {

    /** Nothing, if there is no such folder. */
    public static Recorded of(Recording recording) {
        int files = 0;
        long bytes = 0;
        try (var found = Files.newDirectoryStream(Path.of(recording.folder()), recording.prefix() + "*.arrow")) {
            for (var file : found) {
                files++;
                bytes += Files.size(file);
            }
        } catch (IOException | DirectoryIteratorException _) {
            // It lies on the machines of the gateways.
        }
        return new Recorded(files, bytes);
    }

    /** Makes the folder of a recording that is to begin; {@link IOException} if nothing could be written there. */
    public static void prepare(String folder) throws IOException {
        var path = Path.of(folder);
        RecordingFolder.create(path);
        if (!Files.isWritable(path)) {
            throw new IOException("%s can't be written".formatted(folder));
        }
    }
}
