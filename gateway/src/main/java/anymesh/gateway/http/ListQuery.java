// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.error.InvalidInput;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which part of a list is asked for, in OpenAI's words. */
record ListQuery(int limit, boolean isOldestFirst, Optional<String> after) {
    /** {@code page}: how many there are if nothing is said; {@link InvalidInput} for what is no such question. */
    static ListQuery of(HttpServerRequest request, int page, int most) {
        return new ListQuery(limit(request.getParam("limit"), page, most),
                isOldestFirst(request.getParam("order", "desc")), Optional.ofNullable(request.getParam("after")));
    }

    private static int limit(@Nullable String text, int page, int most) {
        if (text == null) {
            return page;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException _) {
            // As any other that is none.
        }
        throw new InvalidInput("Invalid 'limit': '%s' is not supported; expected 1 to %d."
                .formatted(Fields.abbreviated(text), most), "limit");
    }

    private static boolean isOldestFirst(String order) {
        return switch (order) {
            case "asc" -> true;
            case "desc" -> false;
            default -> throw new InvalidInput("Invalid 'order': '%s' is not supported; expected 'asc' or 'desc'."
                    .formatted(Fields.abbreviated(order)), "order");
        };
    }
}
