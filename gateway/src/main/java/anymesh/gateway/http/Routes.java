// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.keys.ApiKeys;
import anymesh.gateway.keys.KeyRefused;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The table of routes, from which follows who serves a request, whether it needs a key, what is answered to other methods, and
 * a request's label.
 */
final class Routes {
    private static final String LABEL = "anymesh.route";
    private static final String NONE = "other";

    private final List<Route> table;
    private final ApiKeys keys;

    Routes(List<Route> table, ApiKeys keys) {
        this.table = List.copyOf(table);
        this.keys = keys;
    }

    /** All methods, as CORS asks for them. */
    Set<HttpMethod> methods() {
        return Set.copyOf(names(table).stream().map(HttpMethod::valueOf).toList());
    }

    /** Makes a router serve the table; a path that has several rows has the methods of all of them. */
    void mount(Router router) {
        var paths = new LinkedHashMap<String, List<Route>>();
        table.forEach(route -> paths.computeIfAbsent(route.path(), _ -> new ArrayList<>()).add(route));
        paths.forEach((path, routes) -> router.route(path).handler(http -> dispatch(http, routes)));
        router.route().handler(http -> ErrorReplies.reply(http.response(), unknown(http)));
    }

    /** That nothing is served under a request's URL. */
    static HttpRefusal unknown(RoutingContext http) {
        return new HttpRefusal(404, "Unknown request URL: " + http.request().method() + " "
                + Fields.abbreviated(http.normalizedPath()) + ".");
    }

    private void dispatch(RoutingContext http, List<Route> routes) {
        HttpMethod method = http.request().method();
        var serving = routes.stream().filter(route -> route.serves(method)).findFirst();
        http.put(LABEL, serving.orElse(routes.getFirst()).label());
        if (serving.isPresent()) {
            serve(http, serving.get());
            return;
        }
        String allowed = String.join(", ", names(routes));
        http.response().putHeader(HttpHeaders.ALLOW, allowed);
        if (method.equals(HttpMethod.OPTIONS)) {
            http.response().setStatusCode(204).end();
        } else {
            ErrorReplies.reply(http.response(),
                    new HttpRefusal(405, "Not allowed to " + method + " here; use " + allowed + "."));
        }
    }

    private void serve(RoutingContext http, Route route) {
        try {
            Callers.set(http, keys.caller(http.request().getHeader(HttpHeaders.AUTHORIZATION), route.access()));
        } catch (KeyRefused e) {
            ErrorReplies.reply(http.response(), e);
            return;
        }
        if (route.body().takes(http.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            route.handler().handle(http);
        } else {
            ErrorReplies.reply(http.response(), new HttpRefusal(415, "This route takes " + route.body() + "."));
        }
    }

    private static Set<String> names(List<Route> routes) {
        var names = routes.stream().map(route -> route.method().name()).collect(Collectors.toCollection(TreeSet::new));
        if (names.contains(HttpMethod.GET.name())) {
            names.add(HttpMethod.HEAD.name());
        }
        names.add(HttpMethod.OPTIONS.name());
        return names;
    }

    /** What a request is called in metrics: whatever clients invent must not make new time series. */
    static String label(RoutingContext http) {
        String label = http.get(LABEL);
        return label == null ? NONE : label;
    }
}
