// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Python's generator: true whatever it holds, without a length, not made before it is gone through, and empty afterwards. */
final class Stream {
    private final Supplier<List<Object>> items;
    private @Nullable List<Object> rest;

    Stream(Supplier<List<Object>> items) {
        this.items = items;
    }

    /** All that are left. */
    List<Object> drain() {
        var left = rest == null ? items.get() : rest;
        rest = List.of();
        return left;
    }

    /** The first that is left, taken out; Undefined if there is none. */
    Object first() {
        var left = drain();
        if (left.isEmpty()) {
            return new Undefined("No first item, sequence was empty.");
        }
        rest = left.subList(1, left.size());
        return left.getFirst();
    }
}
