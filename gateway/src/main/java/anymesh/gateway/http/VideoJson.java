// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.Page;
import anymesh.gateway.jobs.VideoJob;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Jobs as OpenAI's clients read them: all fields are always there. */
final class VideoJson {
    private VideoJson() {}

    static ObjectNode of(VideoJob job) {
        var json = JsonNodeFactory.instance.objectNode();
        write(job, json);
        return json;
    }

    static ObjectNode of(Page<VideoJob> page) {
        return ListJson.of(page, VideoJob::id, VideoJson::write);
    }

    static ObjectNode deleted(VideoJob job) {
        return JsonNodeFactory.instance.objectNode().put("id", job.id()).put("object", "video.deleted")
                .put("deleted", true);
    }

    private static void write(VideoJob job, ObjectNode json) {
        var remixed = job.order().remixed();
        var error = job.error();
        json.put("id", job.id()).put("object", "video").put("model", job.order().model())
                .put("status", job.state().toString()).put("progress", job.progress())
                .put("created_at", job.createdAt().getEpochSecond()).put("completed_at", seconds(job.completedAt()))
                .put("expires_at", seconds(job.expiresAt())).put("prompt", job.order().prompt()).put("size", job.size())
                .put("seconds", job.seconds()).put("remixed_from_video_id", remixed == null ? null : remixed.id());
        if (error == null) {
            json.putNull("error");
        } else {
            json.putObject("error").put("code", error.code()).put("message", error.message());
        }
    }

    private static @Nullable Long seconds(@Nullable Instant time) {
        return time == null ? null : (Long) time.getEpochSecond();
    }
}
