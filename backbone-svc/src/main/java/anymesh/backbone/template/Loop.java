// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code loop} is in a loop. */
final class Loop {
    private final List<Object> items;
    private final int depth;
    /** Goes through other items with the same body; null unless the loop is recursive. */
    private final @Nullable Function again;
    private int at = -1;
    private Object changed = new Undefined("nothing yet");

    Loop(List<Object> items, int depth, @Nullable Function again) {
        this.items = items;
        this.depth = depth;
        this.again = again;
    }

    Object next() {
        return items.get(++at);
    }

    boolean hasNext() {
        return at + 1 < items.size();
    }

    Object again(Call call) {
        if (again == null) {
            throw new TemplateFault("the loop is not recursive");
        }
        return again.call(call);
    }

    @Nullable
    Object get(String name) {
        return switch (name) {
            case "index" -> at + 1L;
            case "index0" -> (long) at;
            case "revindex" -> (long) items.size() - at;
            case "revindex0" -> items.size() - at - 1L;
            case "first" -> at == 0;
            case "last" -> at == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> at > 0 ? items.get(at - 1) : new Undefined("there is no previous item");
            case "nextitem" -> hasNext() ? items.get(at + 1) : new Undefined("there is no next item");
            case "cycle" -> (Function) call -> call.get(at % Math.max(1, call.positional().size()), "a value to cycle");
            case "changed" -> (Function) this::changed;
            default -> null;
        };
    }

    private Object changed(Call call) {
        var value = new Tuple(call.positional());
        boolean isOther = !Values.equal(changed, value, call.budget());
        changed = value;
        return isOther;
    }
}
