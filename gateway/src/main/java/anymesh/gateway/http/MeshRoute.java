// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.routing.RouteTable;
import anymesh.gateway.routing.Share;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.catalogue.Component;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Capability;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code GET /mesh}: the mesh of the moment, for whoever may use the API. Stages and their services are in the order of a
 * request's path; where they listen is not told.
 */
final class MeshRoute {
    private final StageRouter router;

    MeshRoute(StageRouter router) {
        this.router = router;
    }

    void show(RoutingContext http) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var instances = router.snapshot();
        ArrayNode stages = json.putArray("stages");
        for (Component component : Component.values()) {
            write(component, instances, stages.addObject());
        }
        write(router.routes(), json.putArray("routes"));
        Json.reply(http.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store"), json);
    }

    private static void write(Component component, List<StageInstance> instances, ObjectNode json) {
        ArrayNode services = json.put("stage", component.stage()).putArray("services");
        ServiceKind.ALL.stream().filter(kind -> kind.component() == component).map(ServiceKind::name)
                .forEach(service -> {
                    ArrayNode of = services.addObject().put("service", service).putArray("instances");
                    instances.stream().filter(instance -> instance.service().equals(service))
                            .forEach(instance -> write(instance, of.addObject()));
                });
    }

    private static void write(StageInstance instance, ObjectNode json) {
        json.put("id", instance.id()).put("state", instance.state().name().toLowerCase(Locale.ROOT))
                .put("bundle", instance.description().getBundle())
                .put("version", instance.description().getVersion())
                .put("candidate", instance.description().getCandidate());
        ArrayNode modalities = json.putArray("modalities");
        instance.description().getCapabilitiesList().stream().map(Capability::getModality).distinct()
                .forEach(modality -> modalities.add(Modalities.name(modality)));
        ArrayNode features = json.putArray("features");
        instance.description().getFeaturesList().forEach(features::add);
    }

    private static void write(RouteTable table, ArrayNode json) {
        table.routes().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            var route = entry.getValue();
            ArrayNode shares = json.addObject().put("name", entry.getKey()).put("sticky", route.sticky())
                    .put("on_trial", route.trial().isPresent()).put("shadow", route.shadow()).putArray("shares");
            long all = route.shares().stream().mapToLong(Share::weight).sum();
            route.shares().forEach(share -> write(share, all, shares.addObject()));
        });
    }

    private static void write(Share share, long all, ObjectNode json) {
        json.put("weight", share.weight()).put("share", (double) share.weight() / all)
                .put("on_trial", share.isOnTrial());
        ArrayNode releases = json.putArray("releases");
        share.releases().stream().sorted().map(Release::toString).forEach(releases::add);
    }
}
