// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.StageTimings;
import anymesh.v1.TextDelta;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.testing.Batches;
import anymesh.wire.testing.TestingHop;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HopTest {
    private static final FrameHandler<ProjectInputRequest, ProjectInputResponse> ECHO = (request, call, out) -> out
            .emit(new Frame<>(ProjectInputResponse.newBuilder()
                    .setTimings(StageTimings.newBuilder().setBatchSize(request.header().getModalityValue())).build(),
                    request.embeddings().stream().map(EmbeddingBatch::retain).toList()));

    @Test
    void unaryCallReturnsWhatTheHandlerEmits() {
        try (var hop = TestingHop.start(StageMethods::projectInput, ECHO);
                EmbeddingBatch sent = Batches.random(hop.clientMemory(), 3, 1)) {
            var answer = hop.call(Frame.of(audio(), sent.retain()));
            try (answer) {
                Frame<ProjectInputResponse> frame = answer.frames().getFirst();
                assertThat(frame.header().getTimings().getBatchSize()).isEqualTo(Modality.AUDIO_VALUE);
                EmbeddingBatch received = frame.embeddings().getFirst();
                assertThat(received.spec()).isEqualTo(Batches.SPEC);
                assertThat(received.rows()).isEqualTo(3);
                assertThat(received.data()).isEqualTo(sent.data());
            }
        }
    }

    @Test
    void largeBatchesArriveWhole() {
        EmbeddingSpec wide = new EmbeddingSpec("wide", List.of(1024, 4096), DType.FLOAT32, "b", "1");
        try (var hop = TestingHop.start(StageMethods::projectInput, ECHO);
                EmbeddingBatch sent = Batches.random(hop.clientMemory(), wide, 1, 2)) {
            assertThat(sent.bodyBytes()).isEqualTo(16 << 20);
            try (var answer = hop.call(Frame.of(audio(), sent.retain()))) {
                assertThat(answer.frames().getFirst().embeddings().getFirst().data()).isEqualTo(sent.data());
            }
        }
    }

    @Test
    void severalBatchesKeepTheirOrder() {
        try (var hop = TestingHop.start(StageMethods::projectInput, ECHO)) {
            EmbeddingBatch[] batches = IntStream.range(1, 6)
                    .mapToObj(rows -> Batches.random(hop.clientMemory(), rows, rows)).toArray(EmbeddingBatch[]::new);
            try (var answer = hop.call(Frame.of(audio(), batches))) {
                assertThat(answer.frames().getFirst().embeddings()).extracting(EmbeddingBatch::rows)
                        .containsExactly(1, 2, 3, 4, 5);
            }
        }
    }

    @Test
    void streamDeliversAllFramesInOrder() {
        FrameHandler<BackboneRequest, BackboneEvent> count = (request, call, out) -> {
            for (int i = 0; i < 1000; i++) {
                out.emit(Frame.of(BackboneEvent.newBuilder().setText(TextDelta.newBuilder().setText("t" + i)).build()));
            }
        };
        try (var hop = TestingHop.start(StageMethods::generateText, count);
                var answer = hop.call(Frame.of(BackboneRequest.getDefaultInstance()))) {
            assertThat(answer.frames()).extracting(f -> f.header().getText().getText())
                    .containsExactlyElementsOf(IntStream.range(0, 1000).mapToObj(i -> "t" + i).toList());
        }
    }

    @Test
    void relayPassesBytesOnWithoutDecoding() {
        try (var stage = TestingHop.start(StageMethods::projectInput, ECHO)) {
            FrameHandler<ProjectInputRequest, ProjectInputResponse> relay = (request, call, out) -> {
                Frame<ProjectInputRequest> next = new Frame<>(request.header(),
                        request.embeddings().stream().map(EmbeddingBatch::retain).toList());
                var answer = stage.call(call, next);
                out.emit(answer.frames().getFirst());
            };
            try (var hop = TestingHop.start(StageMethods::projectInput, relay);
                    EmbeddingBatch sent = Batches.random(hop.clientMemory(), 7, 3);
                    var answer = hop.call(Frame.of(audio(), sent.retain()))) {
                ByteBuffer data = answer.frames().getFirst().embeddings().getFirst().data();
                assertThat(data).isEqualTo(sent.data());
            }
        }
    }

    private static ProjectInputRequest audio() {
        return ProjectInputRequest.newBuilder().setModality(Modality.AUDIO).build();
    }
}
