// SPDX-License-Identifier: Apache-2.0
/**
 * Where media lie that outlive the request that they were made for. Start with {@link anymesh.gateway.media.MediaStore}.
 * Thread-safe; nothing blocks.
 */
@NullMarked
package anymesh.gateway.media;

import org.jspecify.annotations.NullMarked;
