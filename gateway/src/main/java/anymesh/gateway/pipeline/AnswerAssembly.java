// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.pipeline.AnswerEvent.CallStarted;
import anymesh.gateway.pipeline.AnswerEvent.CallWritten;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import anymesh.wire.error.InferenceFailed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts an answer together in the order of the tokens that asked for its parts, whenever the parts themselves come, and
 * tells of each step. Used on the request's event loop only.
 */
final class AnswerAssembly {
    private sealed interface Slot {
        record Text(StringBuilder text, List<TokenLogprob> logprobs) implements Slot {}

        record Call(String id, String name, StringBuilder arguments) implements Slot {}

        record Media(Modality modality) implements Slot {}
    }

    private final Consumer<AnswerEvent> events;
    private final List<Slot> slots = new ArrayList<>();
    private final List<@Nullable GeneratedMedia> media = new ArrayList<>();
    private final List<StageUsage> usages = new ArrayList<>();
    private final Map<Integer, Double> told = new HashMap<>();
    private final Map<Integer, Integer> shown = new HashMap<>();
    private int mediaCount;

    AnswerAssembly(Consumer<AnswerEvent> events) {
        this.events = events;
    }

    /** {@code logprobs}: where they are wanted, of the tokens of which this is the first text. */
    void write(String text, List<TokenLogprob> logprobs) {
        if (text.isEmpty()) {
            return;
        }
        if (slots.isEmpty() || !(slots.getLast() instanceof Slot.Text)) {
            append(new Slot.Text(new StringBuilder(), new ArrayList<>()));
        }
        if (slots.getLast() instanceof Slot.Text(StringBuilder run, List<TokenLogprob> likely)) {
            run.append(text);
            likely.addAll(logprobs);
            events.accept(new TextWritten(slots.size() - 1, text, logprobs));
        }
    }

    /** A name begins a call; else there is more of its arguments. */
    void call(String name, String arguments) {
        if (!name.isEmpty()) {
            var call = new Slot.Call("call_" + UUID.randomUUID().toString().replace("-", ""), name,
                    new StringBuilder());
            append(call);
            events.accept(new CallStarted(slots.size() - 1, call.id(), name));
        }
        if (!arguments.isEmpty()) {
            if (slots.isEmpty() || !(slots.getLast() instanceof Slot.Call call)) {
                throw new InferenceFailed("the backbone wrote arguments without a call");
            }
            call.arguments().append(arguments);
            events.accept(new CallWritten(slots.size() - 1, arguments));
        }
    }

    /** Opens a media part and returns its index. */
    int start(Modality modality) {
        append(new Slot.Media(modality));
        mediaCount++;
        int index = slots.size() - 1;
        events.accept(new MediaStarted(index, modality));
        return index;
    }

    private void append(Slot slot) {
        slots.add(slot);
        media.add(null);
    }

    void waiting(int index) {
        events.accept(new MediaWaiting(index, modality(index)));
    }

    /** Progress of a part that is begun again is told from where it was. */
    void progress(int index, DenoisingProgress progress) {
        double share = (double) progress.getStep() / Math.max(1, progress.getSteps());
        if (share <= told.getOrDefault(index, 0.0)) {
            return;
        }
        told.put(index, share);
        events.accept(new MediaProgress(index, modality(index), progress.getStep(), progress.getSteps()));
        if (!progress.getPreview().isEmpty()) {
            events.accept(new MediaPreview(index, modality(index), shown.merge(index, 1, Integer::sum) - 1,
                    progress.getPreviewMimeType(), progress.getPreview()));
        }
    }

    void done(int index, Generated generated) {
        media.set(index, generated.media());
        usages.add(generated.usage());
        events.accept(new MediaDone(index, modality(index), generated.media()));
    }

    /** What has been made of a modality, in the order of its parts. */
    List<GeneratedMedia> made(Modality modality) {
        return IntStream.range(0, slots.size()).filter(i -> modality(i) == modality).mapToObj(i -> made(i)).toList();
    }

    void spent(StageUsage usage) {
        usages.add(usage);
    }

    /** How many media the backbone has asked for so far. */
    int mediaCount() {
        return mediaCount;
    }

    Answer finish(Reasoned reasoned) {
        var parts = new ArrayList<AnswerPart>(slots.size());
        for (int i = 0; i < slots.size(); i++) {
            parts.add(switch (slots.get(i)) {
                case Slot.Text(StringBuilder text, List<TokenLogprob> likely) ->
                    new AnswerPart.Text(text.toString(), likely);
                case Slot.Call(String id, String name, StringBuilder arguments) ->
                    new AnswerPart.Call(id, name, arguments.toString());
                case Slot.Media(Modality modality) -> new AnswerPart.Media(modality, made(i));
            });
        }
        var finished = reasoned.finished();
        return new Answer(parts, finished.getReason(), finished.getPromptTokens(), finished.getCachedTokens(),
                finished.getCompletionTokens(), usages);
    }

    private Modality modality(int index) {
        return slots.get(index) instanceof Slot.Media(Modality modality) ? modality : Modality.TEXT;
    }

    private GeneratedMedia made(int index) {
        GeneratedMedia made = media.get(index);
        if (made == null) {
            throw new InferenceFailed("a part of the answer was never made");
        }
        return made;
    }
}
