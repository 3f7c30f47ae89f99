// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What names mean in one block; what is set in it ends with it. */
final class Scope {
    private final Map<String, Object> names = new HashMap<>();
    private final @Nullable Scope outer;

    /** @param outer where names are looked up that this one hasn't got */
    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    Object get(String name) {
        for (@Nullable
        Scope scope = this; scope != null; scope = scope.outer) {
            var value = scope.names.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Undefined("'%s' is undefined".formatted(name));
    }

    void set(String name, Object value) {
        names.put(name, value);
    }
}
