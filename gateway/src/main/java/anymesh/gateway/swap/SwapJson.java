// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.swap.Swap.Event;
import anymesh.gateway.swap.Swap.State;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A swap as it is stored. */
public final class SwapJson {
    private SwapJson() {}

    public static JsonObject write(Swap swap) {
        return new JsonObject().put("id", swap.id()).put("modality", Modalities.name(swap.modality()))
                .put("incumbent", releases(swap.incumbent())).put("candidate", releases(swap.candidate()))
                .put("started", releases(swap.supply().started())).put("folders", folders(swap.supply()))
                .put("wanted", wanted(swap.supply()))
                .put("options", write(swap.options()))
                .put("state", name(swap.state())).put("step", swap.step()).put("weight", swap.weight())
                .put("since", swap.since().toString())
                .put("enough", new JsonArray(swap.enough().stream().sorted().map(Measure::label).toList()))
                .put("routed", swap.routed()).put("cleared", swap.cleared())
                .put("events", new JsonArray(swap.events().stream().map(event -> new JsonObject()
                        .put("at", event.at().toString()).put("text", event.text())).toList()));
    }

    /** Throws {@code IllegalArgumentException} for what {@link #write} would not write. */
    public static Swap read(String text) {
        try {
            var json = new JsonObject(text);
            return new Swap(json.getString("id"), Modalities.require(json.getString("modality")),
                    releases(json.getJsonArray("incumbent")), releases(json.getJsonArray("candidate")),
                    supply(json), options(json.getJsonObject("options")), State.valueOf(upper(json.getString("state"))),
                    json.getInteger("step"), Instant.parse(json.getString("since")), measures(json),
                    json.getBoolean("routed"), json.getBoolean("cleared", true),
                    objects(json.getJsonArray("events")).stream()
                            .map(event -> new Event(Instant.parse(event.getString("at")), event.getString("text")))
                            .toList());
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeException e) {
            throw new IllegalArgumentException("no swap: " + e.getMessage(), e);
        }
    }

    /** Options by their names on the command line, of which any may be left out. */
    public static SwapOptions options(JsonObject json) {
        var usual = SwapOptions.defaults();
        var limits = usual.limits();
        return new SwapOptions(
                json.getJsonArray("steps", new JsonArray(usual.steps())).stream().map(Integer.class::cast).toList(),
                Duration.parse(json.getString("hold", usual.hold().toString())),
                Duration.parse(json.getString("max-hold", usual.maxHold().toString())),
                json.getInteger("shadow", usual.shadow()),
                new SwapLimits(json.getDouble("max-error-rate", limits.maxErrorRate()),
                        json.getDouble("max-p95-ratio", limits.maxLatencyRatio()),
                        json.getDouble("min-quality", limits.minQuality()),
                        json.getDouble("max-memory-ratio", limits.maxMemoryRatio())),
                json.getBoolean("dry-run", false),
                json.getJsonArray("golden", new JsonArray()).stream().map(String.class::cast).toList(),
                json.getInteger("golden-share", usual.goldenShare()));
    }

    private static JsonObject write(SwapOptions options) {
        var limits = options.limits();
        return new JsonObject().put("steps", new JsonArray(options.steps())).put("hold", options.hold().toString())
                .put("max-hold", options.maxHold().toString()).put("shadow", options.shadow())
                .put("max-error-rate", limits.maxErrorRate()).put("max-p95-ratio", limits.maxLatencyRatio())
                .put("min-quality", limits.minQuality()).put("max-memory-ratio", limits.maxMemoryRatio())
                .put("dry-run", options.dryRun())
                .put("golden", new JsonArray(options.golden())).put("golden-share", options.goldenShare());
    }

    private static JsonObject folders(Supply supply) {
        var json = new JsonObject();
        supply.folders().forEach((release, folder) -> json.put(release.toString(), folder));
        return json;
    }

    private static JsonObject wanted(Supply supply) {
        var json = new JsonObject();
        supply.wanted().forEach((release, wanted) -> json.put(release.toString(),
                new JsonObject().put("service", wanted.service()).put("count", wanted.count())));
        return json;
    }

    private static Supply supply(JsonObject json) {
        var folders = new HashMap<Release, String>();
        json.getJsonObject("folders").forEach(
                entry -> folders.put(Release.parse(entry.getKey()), (String) entry.getValue()));
        var wanted = new HashMap<Release, Supply.Wanted>();
        json.getJsonObject("wanted", new JsonObject()).forEach(entry -> {
            var said = (JsonObject) entry.getValue();
            wanted.put(Release.parse(entry.getKey()),
                    new Supply.Wanted(said.getString("service"), said.getInteger("count")));
        });
        return new Supply(releases(json.getJsonArray("started")), folders, wanted);
    }

    private static Set<Measure> measures(JsonObject json) {
        var measures = EnumSet.noneOf(Measure.class);
        json.getJsonArray("enough").forEach(name -> measures.add(Measure.valueOf(upper((String) name))));
        return measures;
    }

    private static JsonArray releases(Collection<Release> releases) {
        return new JsonArray(releases.stream().sorted().map(Release::toString).toList());
    }

    private static Set<Release> releases(JsonArray releases) {
        return releases.stream().map(text -> Release.parse((String) text)).collect(Collectors.toSet());
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String upper(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
