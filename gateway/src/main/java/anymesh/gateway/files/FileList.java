// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import java.util.List;

/** A part of a list of files. */
public record FileList(List<StoredFile> files, boolean hasMore) {}
