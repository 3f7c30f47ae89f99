// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** The only value that a template can change. */
final class Namespace {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Object get(String name) {
        var value = fields.get(name);
        return value == null
                ? new Undefined("'namespace object' has no attribute '%s'".formatted(name))
                : value;
    }

    void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new TemplateFault("a namespace keeps no '%s'".formatted(name));
        }
        fields.put(name, value);
    }
}
