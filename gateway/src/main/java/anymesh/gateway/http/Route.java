// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.keys.Access;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the API does.
 *
 * @param path as clients write it; with {@code /*} at its end also everything below
 * @param label what it is called in metrics
 * @param access who may use it, where there are keys
 */
record Route(HttpMethod method, String path, String label, Body body, Access access, Handler<RoutingContext> handler) {
    /** What a request must bring. */
    enum Body {
        NONE("no body"), JSON("JSON, not a form"), FORM("a form (multipart/form-data), not JSON"), JSON_OR_FORM(
                "JSON or a form (multipart/form-data)");

        private final String taken;

        Body(String taken) {
            this.taken = taken;
        }

        /** JSON may call itself whatever it likes, as many programs send it as a form's or as no type. */
        boolean takes(@Nullable String contentType) {
            boolean isForm = isForm(contentType);
            return switch (this) {
                case NONE, JSON_OR_FORM -> true;
                case JSON -> !isForm;
                case FORM -> isForm;
            };
        }

        /** Whether a body of this type comes in parts. */
        static boolean isForm(@Nullable String contentType) {
            return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("multipart/");
        }

        /** What it takes, for a client that sent something else. */
        @Override
        public String toString() {
            return taken;
        }
    }

    static Route get(String path, String label, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.GET, path, label, Body.NONE, Access.KEY, handler);
    }

    static Route post(String path, String label, Body body, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.POST, path, label, body, Access.KEY, handler);
    }

    static Route postJson(String path, String label, Handler<RoutingContext> handler) {
        return post(path, label, Body.JSON, handler);
    }

    static Route delete(String path, String label, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.DELETE, path, label, Body.NONE, Access.KEY, handler);
    }

    /** The same for everybody. */
    Route open() {
        return new Route(method, path, label, body, Access.OPEN, handler);
    }

    /** The same for administrators. */
    Route forAdmins() {
        return new Route(method, path, label, body, Access.ADMIN, handler);
    }

    /** Whether it serves a method: whatever can be got, a client may ask for the head of alone. */
    boolean serves(HttpMethod asked) {
        return method.equals(asked) || (method.equals(HttpMethod.GET) && asked.equals(HttpMethod.HEAD));
    }
}
