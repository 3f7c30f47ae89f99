// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which releases take which share of the requests, for each part of a request's way by its name: {@code model/NAME} for the
 * backbone behind a model's name, {@code input/MODALITY} for encoder and input projector, {@code output/MODALITY} for
 * output projector and generator. Where nothing stands, whatever serves and fits takes part, and a model is called like
 * its backbone's bundle.
 */
public record RouteTable(Map<String, Route> routes) {
    /** Nobody has made a route. */
    public static final RouteTable EMPTY = new RouteTable(Map.of());
    private static final String MODEL = "model/";

    public RouteTable {
        routes = Map.copyOf(routes);
    }

    /** The names of models behind which a backbone's release stands. */
    Set<String> models(Release backbone) {
        var names = routes.entrySet().stream()
                .filter(route -> route.getKey().startsWith(MODEL) && route.getValue().allows(backbone))
                .map(route -> route.getKey().substring(MODEL.length())).collect(Collectors.toCollection(HashSet::new));
        if (!routes.containsKey(MODEL + backbone.bundle())) {
            names.add(backbone.bundle());
        }
        return names;
    }

    Share model(String model, Draw draw) {
        return share(MODEL + model, draw);
    }

    Share input(Modality modality, Draw draw) {
        return share("input/" + Services.name(modality), draw);
    }

    Share output(Modality modality, Draw draw) {
        return share("output/" + Services.name(modality), draw);
    }

    private Share share(String name, Draw draw) {
        var route = routes.get(name);
        return route == null ? Share.FREE : route.at(draw.lot(name));
    }
}
