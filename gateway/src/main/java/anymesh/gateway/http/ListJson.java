// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.Page;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A page of a list as OpenAI's clients read it. */
final class ListJson {
    private ListJson() {}

    static <T> ObjectNode of(Page<T> page, Function<T, String> id, BiConsumer<T, ObjectNode> write) {
        var json = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = json.putArray("data");
        var items = page.items();
        items.forEach(item -> write.accept(item, data.addObject()));
        return json.put("first_id", items.isEmpty() ? null : id.apply(items.getFirst()))
                .put("last_id", items.isEmpty() ? null : id.apply(items.getLast())).put("has_more", page.hasMore());
    }
}
