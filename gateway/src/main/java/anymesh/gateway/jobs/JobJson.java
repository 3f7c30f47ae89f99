// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Row;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs in rows: what is searched for has columns, the rest is JSON, of which a gateway of an earlier version overlooks what it doesn't know. */
final class JobJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private JobJson() {}

    /** What a job was made with. */
    record Spec(VideoOrder order, String size, String seconds) {}

    /** What came of it. */
    record Result(String size, String seconds, Map<Variant, StoredMedium> media) {}

    static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record can always be written", e);
        }
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a job can't be read", e);
        }
    }

    static VideoJob job(Row row) {
        var spec = read(row.requiredText("spec"), Spec.class);
        var result = result(row);
        var error = row.text("error");
        return new VideoJob(row.requiredText("id"), row.requiredText("owner"), spec.order(),
                JobState.of(row.requiredText("state")),
                result == null ? spec.size() : result.size(), result == null ? spec.seconds() : result.seconds(),
                (int) row.requiredNumber("progress"), row.requiredNumber("attempt"), row.requiredNumber("failures"),
                row.requiredNumber("deaths"),
                Instant.ofEpochMilli(row.requiredNumber("created_at")), time(row, "completed_at"),
                time(row, "expires_at"), error == null ? null : read(error, JobError.class),
                result == null ? Map.of() : result.media(), row.text("traceparent"));
    }

    /** What a row says was made; null if nothing was. */
    static @Nullable Result result(Row row) {
        var json = row.text("result");
        return json == null ? null : read(json, Result.class);
    }

    private static @Nullable Instant time(Row row, String column) {
        var millis = row.number(column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
