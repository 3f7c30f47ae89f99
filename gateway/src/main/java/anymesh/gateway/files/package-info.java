// SPDX-License-Identifier: Apache-2.0
/**
 * Files that are kept under an id of their own: media that clients sent for their requests, and pictures that are handed out under a URL. Start with
 * {@link anymesh.gateway.files.StoredFiles}. A file is a row that all gateways of a mesh see, and its bytes, which are stored before the row is
 * made; what no row names is deleted later. Thread-safe; nothing blocks.
 */
@NullMarked
package anymesh.gateway.files;

import org.jspecify.annotations.NullMarked;
