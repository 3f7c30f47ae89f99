// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** Objects for templates, whose members keep their order: a template may write them down, and a model was taught on one order. */
public final class Members {
    private Members() {}

    /** An object of these members, in this order: names and values by turns. */
    public static Map<String, Object> of(String name, Object value, Object... more) {
        var members = new LinkedHashMap<String, Object>();
        members.put(name, value);
        for (int i = 0; i < more.length; i += 2) {
            members.put((String) more[i], more[i + 1]);
        }
        return members;
    }
}
