// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One thing that the API does.
 *
 * @param path as clients write it; with {@code /*} at its end also everything below
 * @param label what it is called in metrics
 */
record Route(HttpMethod method, String path, String label, Body body, Handler<RoutingContext> handler) {
    /** What a request must bring. */
    enum Body {
        NONE, JSON
    }

    static Route get(String path, String label, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.GET, path, label, Body.NONE, handler);
    }

    static Route postJson(String path, String label, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.POST, path, label, Body.JSON, handler);
    }

    static Route delete(String path, String label, Handler<RoutingContext> handler) {
        return new Route(HttpMethod.DELETE, path, label, Body.NONE, handler);
    }

    /** Whether it serves a method: whatever can be got, a client may ask for the head of alone. */
    boolean serves(HttpMethod asked) {
        return method.equals(asked) || (method.equals(HttpMethod.GET) && asked.equals(HttpMethod.HEAD));
    }
}
