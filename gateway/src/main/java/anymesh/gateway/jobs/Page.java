// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.List;

/** A part of a list, and whether there is more behind it. */
public record Page<T>(List<T> items, boolean hasMore) {
    public Page {
        items = List.copyOf(items);
    }

    /** Of a list that has nothing. */
    public static <T> Page<T> empty() {
        return new Page<>(List.of(), false);
    }
}
