// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.gateway.recording.Recorded;
import anymesh.gateway.recording.Recording;
import anymesh.gateway.recording.RecordingJson;
import anymesh.gateway.recording.StoredRecordings;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Incarnation;
import anymesh.kit.server.Futures;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where recordings are asked for. It writes down what is wanted; the gateways do the rest. The methods block, and fail as those
 * of {@link RunningMesh} do.
 */
public final class RecordDesk {
    private static final Logger log = LoggerFactory.getLogger(RecordDesk.class);
    /** As much of an incarnation as tells the recordings of a mesh apart: the time of its making. */
    private static final int ID = "018f3a5c-1b2d".length();

    private final StoredRecordings recordings;

    /** The store stays its caller's. */
    public RecordDesk(MeshStore store) {
        this.recordings = new StoredRecordings(store);
    }

    /**
     * Begins one and says how it stands. {@code asked} has {@code modality}, {@code share} (percent), {@code max}, {@code for}
     * (ISO-8601), {@code folder} (absolute), {@code who} and {@code why}; or {@code modality} and {@code stop}, which ends
     * one.
     */
    JsonObject ask(JsonObject asked) throws IOException {
        var modality = Modalities.requireMedium(asked.getString("modality"));
        var who = asked.getString("who", "somebody");
        var why = asked.getString("why", "");
        if (asked.getBoolean("stop", false)) {
            return stop(modality, "%s stops it%s".formatted(who, why.isBlank() ? "" : ": " + why));
        }
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var recording = new Recording(Incarnation.begin().substring(0, ID), modality, asked.getDouble("share", 10.0),
                asked.getInteger("max", 200), now, now.plus(time(asked)), asked.getString("folder", ""), who, why, "");
        try {
            Futures.join(recordings.requireNone(modality, now)); // or a folder would be left
            Recorded.prepare(recording.folder());
            Futures.join(recordings.begin(recording, now));
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        log.info("recording={} of {} is asked for by {}: {}", recording.id(), Modalities.name(modality), who, why);
        return look(modality);
    }

    private static Duration time(JsonObject asked) {
        try {
            return Duration.parse(asked.getString("for", "PT10M"));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("for: %s (expected: such as PT10M)".formatted(asked.getString("for")),
                    e);
        }
    }

    private JsonObject stop(Modality modality, String text) {
        var going = Futures.join(recordings.get(modality)).filter(last -> !last.isOver(Instant.now()))
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s is not recorded".formatted(Modalities.name(modality))));
        Futures.join(recordings.end(going, text));
        log.info("recording={} of {}: {}", going.id(), Modalities.name(modality), text);
        return look(modality);
    }

    /** The last one of a modality, with {@code over}, {@code end} (why) and the {@code files} and {@code bytes} that lie there. */
    JsonObject look(String modality) {
        return look(Modalities.requireMedium(modality));
    }

    private JsonObject look(Modality modality) {
        return Futures.join(recordings.get(modality)).map(last -> {
            var recorded = Recorded.of(last);
            boolean isOver = last.isOver(Instant.now());
            return RecordingJson.write(last).put("over", isOver).put("end", isOver ? last.end() : "")
                    .put("files", recorded.files()).put("bytes", recorded.bytes());
        }).orElseGet(() -> new JsonObject().put("modality", Modalities.name(modality)));
    }
}
