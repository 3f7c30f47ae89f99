// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.ChatClient.Answer;
import anymesh.cli.ChatClient.Part;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Puts an answer together from the deltas of a stream: text as it comes, media into the places that they announced. */
final class AnswerAssembly {
    private final StringBuilder text = new StringBuilder();
    private final TreeMap<Integer, Part> parts = new TreeMap<>();
    private final Consumer<String> progress;

    AnswerAssembly(Consumer<String> progress) {
        this.progress = progress;
    }

    void take(JsonNode delta) {
        takeText(delta.path("content").asText(""));
        delta.path("parts").forEach(this::takeMedia);
    }

    Answer answer() {
        return new Answer(text.toString(), List.copyOf(parts.values()));
    }

    private void takeText(String written) {
        if (written.isEmpty()) {
            return;
        }
        text.append(written);
        var last = parts.lastEntry();
        if (last != null && last.getValue() instanceof Part.Text(var before)) {
            parts.put(last.getKey(), new Part.Text(before + written));
        } else {
            parts.put(last == null ? 0 : last.getKey() + 1, new Part.Text(written));
        }
    }

    private void takeMedia(JsonNode part) {
        int index = part.path("index").asInt();
        var name = part.path("type").asText().replace("_url", "").replace("input_", "");
        switch (part.path("event").asText()) {
            case "start" -> {
                // Holds the place, so that text written meanwhile comes after it.
                parts.put(index, new Part.Media("", new byte[0]));
                progress.accept(name + ": begun");
            }
            case "progress" -> progress.accept(part.path("waiting").asBoolean()
                    ? name + ": waits for somebody to make it"
                    : "%s: step %d of %d".formatted(name, part.path("step").asInt(),
                            part.path("steps").asInt()));
            case "done" -> parts.put(index, media(part.path(part.path("type").asText())));
            default -> {
                // An event of a newer gateway.
            }
        }
    }

    /** A data URL, or as sounds have it, data and format. */
    private static Part.Media media(JsonNode holder) {
        if (holder.has("data")) {
            return new Part.Media("audio/" + holder.path("format").asText(),
                    Base64.getDecoder().decode(holder.path("data").asText()));
        }
        var dataUrl = holder.path("url").asText();
        int comma = dataUrl.indexOf(',');
        return new Part.Media(dataUrl.substring("data:".length(), dataUrl.indexOf(';')),
                Base64.getDecoder().decode(dataUrl.substring(comma + 1)));
    }
}
