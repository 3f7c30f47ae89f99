// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.gateway.routing.Fit;
import anymesh.gateway.routing.RouteJson;
import anymesh.gateway.routing.Share;
import anymesh.gateway.routing.StoredRoutes;
import anymesh.gateway.swap.StoredSwaps;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where routes are made by hand. Each is held against what runs before it is written: a share whose spaces don't join, or of a
 * release that nobody runs, is refused. The methods block, and fail as those of {@link RunningMesh} do.
 */
public final class RouteDesk {
    private static final Logger log = LoggerFactory.getLogger(RouteDesk.class);

    private final MeshStore store;
    private final StoredSwaps swaps;
    private final Supplier<List<StageInstance>> snapshot;

    /** The store stays its caller's. */
    public RouteDesk(MeshStore store, Supplier<List<StageInstance>> snapshot) {
        this.store = store;
        this.swaps = new StoredSwaps(store);
        this.snapshot = snapshot;
    }

    /** All routes, by their names. */
    JsonObject list() {
        var routes = new JsonObject();
        Futures.join(store.list(StoredRoutes.FOLDER)).forEach(
                document -> routes.put(document.name().substring(StoredRoutes.FOLDER.length()), document.text()));
        return routes;
    }

    /**
     * Writes the route {@code name} as {@link RouteJson} has it in {@code route}, or takes it out where that is missing, and gives
     * all that hold then. {@code who} and {@code why} stand in the log.
     */
    JsonObject change(JsonObject asked) {
        var name = Document.requireName(String.valueOf(asked.getString("name")));
        var services = services(name);
        requireNoSwap(name);
        var route = asked.getJsonObject("route");
        if (route != null) {
            for (var share : RouteJson.read(route.encode()).shares()) {
                requireServes(name, share, services);
            }
        }
        var document = StoredRoutes.FOLDER + name;
        var version = Futures.join(store.get(document)).map(Document::version).orElse(Document.ABSENT);
        boolean isDone = route == null
                ? Futures.join(store.remove(document, version))
                : Futures.join(store.put(document, route.encode(), version));
        if (!isDone) {
            throw new IllegalArgumentException(version == Document.ABSENT && route == null
                    ? "there is no route " + name
                    : "somebody else changed the route %s at the same time; look, and say it again".formatted(name));
        }
        log.info("route={} {} sets {}{}", name, asked.getString("who", "somebody"), route == null ? "none" : route,
                asked.getString("why", "").isBlank() ? "" : ": " + asked.getString("why"));
        return list();
    }

    /** The services that have a part in what a route is for. */
    private static Set<String> services(String name) {
        var parts = name.split("/", 2);
        var modality = parts.length < 2
                ? Stream.<Modality>empty()
                : Modalities.MEDIA.stream().filter(one -> Modalities.name(one).equals(parts[1]));
        var found = switch (parts[0]) {
            case "model" ->
                parts.length < 2 ? Stream.<Set<String>>empty() : Stream.of(Set.of(ServiceKind.BACKBONE.name()));
            case "input" -> modality.map(_ -> Set.of(ServiceKind.ENCODER.name(), ServiceKind.INPUT_PROJECTOR.name()));
            case "output" ->
                modality.map(one -> Set.of(ServiceKind.OUTPUT_PROJECTOR.name(), ServiceKind.generator(one).name()));
            default -> Stream.<Set<String>>empty();
        };
        return found.findFirst().orElseThrow(() -> new IllegalArgumentException(
                "'%s' is no route (expected: model/NAME, or input/ or output/ with one of %s)"
                        .formatted(name, Modalities.names(Modalities.MEDIA))));
    }

    private void requireNoSwap(String name) {
        Modalities.MEDIA.stream().filter(modality -> name.equals("output/" + Modalities.name(modality)))
                .flatMap(modality -> Futures.join(swaps.get(modality)).stream()).filter(swap -> !swap.isOver())
                .findFirst().ifPresent(swap -> {
                    throw new IllegalArgumentException(
                            "a swap of %s goes on, which moves this route: ./anymesh rollback %1$s ends it"
                                    .formatted(Modalities.name(swap.modality())));
                });
    }

    private void requireServes(String name, Share share, Set<String> services) {
        var instances = snapshot.get();
        for (var release : share.releases()) {
            if (!services.contains(release.service())) {
                throw new IllegalArgumentException("%s has no part in %s (expected: releases of %s)".formatted(release,
                        name, services.stream().sorted().toList()));
            }
            if (instances.stream().noneMatch(instance -> instance.release().equals(release))) {
                throw new IllegalArgumentException("%s does not run: ./anymesh start %s --bundle DIR starts it"
                        .formatted(release, release.service()));
            }
        }
        Modalities.MEDIA.stream().filter(modality -> name.equals("output/" + Modalities.name(modality)))
                .map(modality -> Fit.misfit(modality, share.releases(), instances))
                .filter(misfit -> !misfit.isEmpty()).findFirst().ifPresent(misfit -> {
                    throw new IllegalArgumentException(misfit);
                });
    }
}
