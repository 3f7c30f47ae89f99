// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.kit.catalogue.Modalities;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;

/** A recording as it is stored. */
public final class RecordingJson {
    private RecordingJson() {}

    public static JsonObject write(Recording recording) {
        return new JsonObject().put("id", recording.id()).put("modality", Modalities.name(recording.modality()))
                .put("share", recording.share()).put("max", recording.max())
                .put("since", recording.since().toString()).put("until", recording.until().toString())
                .put("folder", recording.folder()).put("who", recording.who()).put("why", recording.why())
                .put("ended", recording.ended());
    }

    /** Throws {@code IllegalArgumentException} for what {@link #write} would not write. */
    public static Recording read(String text) {
        try {
            var json = new JsonObject(text);
            return new Recording(json.getString("id"),
                    Modalities.require(json.getString("modality")),
                    json.getDouble("share"), json.getInteger("max"), Instant.parse(json.getString("since")),
                    Instant.parse(json.getString("until")), json.getString("folder"), json.getString("who"),
                    json.getString("why"), json.getString("ended"));
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeException e) {
            throw new IllegalArgumentException("no recording: " + e.getMessage(), e);
        }
    }
}
