// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that is to be kept.
 *
 * @param owner as in {@link StoredFile}
 * @param keepFor how long; null until it is deleted
 */
public record NewFile(String id, String owner, FilePurpose purpose, String filename, String mimeType,
        @Nullable Duration keepFor) {
    /** An id that no file has, and that nobody guesses. */
    public static String newId(FilePurpose purpose) {
        return (purpose == FilePurpose.HANDED_OUT ? "media_" : "file-") + UUID.randomUUID().toString().replace("-", "");
    }
}
