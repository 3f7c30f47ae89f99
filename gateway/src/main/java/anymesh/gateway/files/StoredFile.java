// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.jobs.StoredMedium;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A file as it stands in the database.
 *
 * @param owner whose it is; empty where callers are not told apart
 * @param filename what its owner calls it
 * @param medium its bytes in the media store
 * @param expiresAt when it goes; null if it stays until it is deleted
 */
public record StoredFile(String id, String owner, FilePurpose purpose, String filename, StoredMedium medium,
        Instant createdAt, @Nullable Instant expiresAt) {}
