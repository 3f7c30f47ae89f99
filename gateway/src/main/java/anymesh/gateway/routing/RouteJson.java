// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/**
 * A route as it is stored: <code>{"shares": [{"releases": ["generator-image=toyworld@2.0.0"], "weight": 95}, …]}</code>.
 */
final class RouteJson {
    private static final Set<String> ROUTE = Set.of("shares");
    private static final Set<String> SHARE = Set.of("releases", "weight");

    private RouteJson() {}

    static String write(Route route) {
        var shares = new JsonArray();
        route.shares().forEach(share -> shares.add(new JsonObject()
                .put("releases", new JsonArray(share.releases().stream().sorted().map(Release::toString).toList()))
                .put("weight", share.weight())));
        return new JsonObject().put("shares", shares).encode();
    }

    /** Throws {@code IllegalArgumentException}, which says what is wrong, for what {@link #write} would not write. */
    static Route read(String text) {
        try {
            var json = new JsonObject(text);
            requireOnly(json, ROUTE);
            var shares = new ArrayList<Share>();
            for (var share : json.getJsonArray("shares", new JsonArray())) {
                shares.add(share((JsonObject) share));
            }
            return new Route(shares);
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException("no route: " + e.getMessage(), e);
        }
    }

    private static Share share(JsonObject json) {
        requireOnly(json, SHARE);
        var releases = new HashSet<Release>();
        json.getJsonArray("releases", new JsonArray()).forEach(text -> releases.add(Release.parse((String) text)));
        Integer weight = json.getInteger("weight");
        if (releases.isEmpty() || weight == null) {
            throw new IllegalArgumentException("a share needs releases and a weight");
        }
        return new Share(releases, weight);
    }

    /** What a newer gateway has written and this one does not know may be what keeps a release from being called. */
    private static void requireOnly(JsonObject json, Set<String> known) {
        for (var name : json.fieldNames()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("'%s' is not known (expected: %s)".formatted(name, known));
            }
        }
    }
}
