// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingFile;
import anymesh.wire.WireMemory;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;

/**
 * What entered a generator once, as a file keeps it: an Arrow IPC file of the condition, with the rest as JSON in its schema
 * metadata, under {@value #KEY}. The fields of {@code request} have the names that they have in
 * {@code modality_generator.proto}.
 *
 * @param recording the id of the recording that it is of
 * @param release what it was sent to
 * @param words what the caller wrote last, the first {@value #MOST_WORDS} characters of it
 */
public record RecordedInput(String recording, String requestId, Release release, Instant at, String words,
        GeneratorRequest request) {
    /** Where it stands in the metadata. */
    public static final String KEY = "anymesh.recorded";
    /** So that it fits into metadata whatever characters it is made of. */
    private static final int MOST_WORDS = 4_000;

    public RecordedInput {
        if (words.length() > MOST_WORDS) {
            int end = Character.isHighSurrogate(words.charAt(MOST_WORDS - 1)) ? MOST_WORDS - 1 : MOST_WORDS;
            words = words.substring(0, end);
        }
    }

    /** What a file holds. */
    public record Read(RecordedInput input, EmbeddingBatch condition) implements AutoCloseable {
        @Override
        public void close() {
            condition.close();
        }
    }

    /** Writes a whole file; as {@link EmbeddingFile#write}. */
    public void write(EmbeddingBatch condition, WritableByteChannel to) throws IOException {
        EmbeddingFile.write(condition, Map.of(KEY, json().encode()), to);
    }

    /** Reads one; as {@link EmbeddingFile#read}, and {@link IOException} too for a file that has no such metadata. */
    public static Read read(Path file, WireMemory memory) throws IOException {
        var read = EmbeddingFile.read(file, memory);
        try {
            var text = read.notes().get(KEY);
            if (text == null) {
                throw new IOException("its metadata has no %s".formatted(KEY));
            }
            return new Read(of(new JsonObject(text)), read.batch());
        } catch (DecodeException | ClassCastException | NullPointerException | DateTimeException
                | IllegalArgumentException e) {
            read.close();
            throw new IOException("%s: %s".formatted(KEY, e.getMessage()), e);
        } catch (IOException e) {
            read.close();
            throw e;
        }
    }

    private JsonObject json() {
        var fields = new JsonObject().put("modality", Modalities.name(request.getModality()))
                .put("seed", request.getSeed());
        if (request.hasNumInferenceSteps()) {
            fields.put("num_inference_steps", request.getNumInferenceSteps());
        }
        if (request.hasGuidanceScale()) {
            fields.put("guidance_scale", request.getGuidanceScale());
        }
        fields.put("size", request.getSize()).put("mime_type", request.getMimeType());
        return new JsonObject().put("recording", recording).put("request_id", requestId)
                .put("release", release.toString()).put("at", at.toString()).put("words", words)
                .put("request", fields);
    }

    private static RecordedInput of(JsonObject json) {
        var fields = json.getJsonObject("request");
        var request = GeneratorRequest.newBuilder()
                .setModality(Modalities.require(fields.getString("modality")))
                .setSeed(fields.getLong("seed")).setSize(fields.getString("size"))
                .setMimeType(fields.getString("mime_type"));
        if (fields.containsKey("num_inference_steps")) {
            request.setNumInferenceSteps(fields.getInteger("num_inference_steps"));
        }
        if (fields.containsKey("guidance_scale")) {
            request.setGuidanceScale(fields.getFloat("guidance_scale"));
        }
        return new RecordedInput(json.getString("recording"), json.getString("request_id"),
                Release.parse(json.getString("release")), Instant.parse(json.getString("at")),
                json.getString("words"), request.build());
    }
}
