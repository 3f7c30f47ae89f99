// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Modality;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        return share("input/" + Modalities.name(modality), draw);
    }

    /** The share of a request, and those that may serve it where that one can't, in this order. */
    List<Share> outputs(Modality modality, Draw draw) {
        var name = output(modality);
        var route = routes.get(name);
        return route == null ? List.of(Share.FREE) : route.from(lot(name, route, draw));
    }

    /** The route of what is made of a modality. */
    public Optional<Route> outputRoute(Modality modality) {
        return Optional.ofNullable(routes.get(output(modality)));
    }

    /** The name of that route. */
    public static String output(Modality modality) {
        return "output/" + Modalities.name(modality);
    }

    /** Whether an instance gets nothing, as it is a candidate and nobody names its release. */
    boolean leavesOut(StageInstance instance) {
        return instance.description().getCandidate()
                && routes.values().stream().noneMatch(route -> route.names(instance.release()));
    }

    private Share share(String name, Draw draw) {
        var route = routes.get(name);
        return route == null ? Share.FREE : route.at(lot(name, route, draw));
    }

    private static double lot(String name, Route route, Draw draw) {
        return route.sticky() ? draw.stickyLot(name) : draw.lot(name);
    }
}
