// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;

/** What a gateway has seen, as it is stored for whoever decides; {@code place} says during which step of which swap. */
public final class EvidenceJson {
    private EvidenceJson() {}

    static JsonObject write(String place, Evidence evidence) {
        return write(evidence).put("place", place);
    }

    /** Measures by their names, and how much was made. */
    public static JsonObject write(Evidence evidence) {
        var measures = new JsonObject();
        for (var measure : Measure.values()) {
            var tally = evidence.of(measure);
            measures.put(measure.label(), new JsonObject().put("seen", tally.seen()).put("lost", tally.lost())
                    .put("lately", tally.lately()).put("all", tally.all()).put("worse", tally.worse())
                    .put("enough", tally.enough()));
        }
        return new JsonObject().put("measures", measures).put("incumbent", write(evidence.incumbent()))
                .put("candidate", write(evidence.candidate()));
    }

    private static JsonObject write(Evidence.Made made) {
        return new JsonObject().put("ok", made.ok()).put("failed", made.failed()).put("p50", made.p50())
                .put("p95", made.p95()).put("resident", made.resident());
    }

    /** What was seen during this step of this swap; of another step of it, what counts for all of it. */
    static Evidence read(String text, String place, String swap) {
        try {
            var json = new JsonObject(text);
            var seen = json.getString("place", "");
            if (!seen.startsWith(swap + "/")) {
                return Evidence.NONE;
            }
            boolean isNow = seen.equals(place);
            var tallies = new EnumMap<Measure, Tally>(Measure.class);
            for (var measure : Measure.values()) {
                var tally = json.getJsonObject("measures").getJsonObject(measure.label());
                tallies.put(measure, new Tally(isNow ? tally.getLong("seen") : 0, isNow ? tally.getDouble("lost") : 0,
                        isNow ? tally.getDouble("lately") : 0, tally.getLong("all"), tally.getDouble("worse"),
                        tally.getDouble("enough")));
            }
            return new Evidence(tallies, isNow ? made(json.getJsonObject("incumbent")) : Evidence.Made.NOTHING,
                    isNow ? made(json.getJsonObject("candidate")) : Evidence.Made.NOTHING);
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            return Evidence.NONE;
        }
    }

    private static Evidence.Made made(JsonObject json) {
        return new Evidence.Made(json.getLong("ok"), json.getLong("failed"), json.getDouble("p50"),
                json.getDouble("p95"),
                json.getLong("resident"));
    }
}
