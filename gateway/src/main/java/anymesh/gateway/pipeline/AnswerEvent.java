// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import com.google.protobuf.ByteString;
import java.util.List;

/** An answer as it grows. {@code index} is the position of the part in the finished answer. */
public sealed interface AnswerEvent {

    /** Where the part stands in the answer. */
    int index();

    /**
     * More text for the text part at {@code index}; the first one opens it. {@code logprobs}: where they are wanted, of the
     * tokens of which this is the first text.
     */
    record TextWritten(int index, String text, List<TokenLogprob> logprobs) implements AnswerEvent {
        public TextWritten {
            logprobs = List.copyOf(logprobs);
        }
    }

    /** A function is called; what with comes. */
    record CallStarted(int index, String id, String name) implements AnswerEvent {}

    /** More of the arguments of the call at {@code index}. */
    record CallWritten(int index, String arguments) implements AnswerEvent {}

    /** The backbone has asked for media, and they are being made. */
    record MediaStarted(int index, Modality modality) implements AnswerEvent {}

    /** Nobody serves who could make the media; somebody is waited for. */
    record MediaWaiting(int index, Modality modality) implements AnswerEvent {}

    /** {@code step} of {@code steps} are done. */
    record MediaProgress(int index, Modality modality, int step, int steps) implements AnswerEvent {}

    /** What a picture may become, as a file; the {@code number}-th of this part, from 0. */
    record MediaPreview(int index, Modality modality, int number, String mimeType,
            ByteString file) implements AnswerEvent {}

    /** The media are made. */
    record MediaDone(int index, Modality modality, GeneratedMedia media) implements AnswerEvent {}
}
