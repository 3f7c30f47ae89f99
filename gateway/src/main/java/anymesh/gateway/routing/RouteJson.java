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
 * A route as it is stored: <code>{"shares": [{"releases": ["generator-image=toyworld@2.0.0"], "weight": 95}, {…, "weight": 5,
 * "trial": "ID"}], "shadow": 10, "sticky": true}</code>.
 */
public final class RouteJson {
    private static final Set<String> ROUTE = Set.of("shares", "shadow", "sticky");
    private static final Set<String> SHARE = Set.of("releases", "weight", "trial");

    private RouteJson() {}

    public static String write(Route route) {
        var shares = new JsonArray();
        route.shares().forEach(share -> shares.add(write(share)));
        var json = new JsonObject().put("shares", shares);
        if (route.shadow() > 0) {
            json.put("shadow", route.shadow());
        }
        if (route.sticky()) {
            json.put("sticky", true);
        }
        return json.encode();
    }

    private static JsonObject write(Share share) {
        var json = new JsonObject()
                .put("releases", new JsonArray(share.releases().stream().sorted().map(Release::toString).toList()))
                .put("weight", share.weight());
        return share.isOnTrial() ? json.put("trial", share.trial()) : json;
    }

    /** Throws {@code IllegalArgumentException}, which says what is wrong, for what {@link #write} would not write. */
    public static Route read(String text) {
        try {
            var json = new JsonObject(text);
            requireOnly(json, ROUTE);
            var shares = new ArrayList<Share>();
            for (var share : json.getJsonArray("shares", new JsonArray())) {
                shares.add(share((JsonObject) share));
            }
            return new Route(shares, json.getInteger("shadow", 0), json.getBoolean("sticky", false));
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
        return new Share(releases, weight, json.getString("trial", ""));
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
