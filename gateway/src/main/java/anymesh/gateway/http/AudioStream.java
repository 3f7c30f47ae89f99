// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.CallStarted;
import anymesh.gateway.pipeline.AnswerEvent.CallWritten;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The first sound of a streamed answer as OpenAI has it, in {@code delta.audio}: its id and transcript, its data in pieces
 * of whole samples, and when it expires. Each piece of base64 can be decoded by itself, and all of them put together.
 */
final class AudioStream {
    /** Bytes of a piece: of three, for base64 without padding, and of the samples of two channels. */
    private static final int PIECE = 12 << 11;
    private static final int NONE = -1;

    private final ChatAnswer answer;
    private final int choice;
    private int first = NONE;

    AudioStream(ChatAnswer answer, int choice) {
        this.answer = answer;
        this.choice = choice;
    }

    /** What is to be said of sound after an event, in the order of the answer's events. */
    List<ObjectNode> deltas(AnswerEvent event) {
        return switch (event) {
            case MediaStarted(int index, Modality modality) -> {
                if (first == NONE && modality == Modality.AUDIO) {
                    first = index; // they are begun in the order of the parts, but not done in it
                }
                yield List.of();
            }
            case MediaDone(int index, _, var media) -> index == first ? deltas(media.getData()) : List.of();
            case TextWritten _,CallStarted _,CallWritten _,MediaWaiting _,MediaProgress _,MediaPreview _ -> List.of();
        };
    }

    private List<ObjectNode> deltas(ByteString sound) {
        var data = pieces(sound).map(piece -> node().putPOJO("data", MediaText.base64(piece)));
        return Stream.of(
                Stream.of(node().put("id", answer.audioId(choice)).put("transcript", ChatAnswer.TRANSCRIPT)),
                data,
                Stream.of(node().put("expires_at", answer.audioExpiry()))).flatMap(deltas -> deltas).toList();
    }

    /** A file as its events have it. */
    static Stream<ByteString> pieces(ByteString file) {
        return IntStream.iterate(0, at -> at < file.size(), at -> at + PIECE)
                .mapToObj(at -> file.substring(at, Math.min(file.size(), at + PIECE)));
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }
}
