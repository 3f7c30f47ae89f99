// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Continuation;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.FinishReason;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.ProjectOutputRequest;
import anymesh.v1.ProjectOutputResponse;
import anymesh.v1.Role;
import anymesh.v1.Signal;
import anymesh.v1.StageTimings;
import anymesh.v1.TextDelta;
import anymesh.v1.TokenLogprob;
import anymesh.v1.ToolCallDelta;
import anymesh.v1.Turn;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Five small models whose numbers can be followed by hand. The encoder measures a picture ({@code bytes}), the input
 * projector doubles, the backbone obeys the last user text (see {@link #reason}), the output projector adds one, and the
 * generator writes its condition and seed into its "picture".
 */
final class TestingStages {
    static final int STEPS = 3;

    private static final ByteString HALF = ByteString.copyFrom(new byte[]{(byte) 0xF0, (byte) 0x9F});

    final AtomicInteger cancelledGenerations = new AtomicInteger();
    final CountDownLatch generating = new CountDownLatch(1);

    private final WireMemory memory;
    private volatile @Nullable BackboneRequest asked;

    TestingStages(WireMemory memory) {
        this.memory = memory;
    }

    void encode(Frame<EncodeRequest> request, CallContext call, Emitter<EncodeResponse> out) {
        var items = request.header().getItemsList();
        for (int i = 0; i < items.size(); i++) {
            if (!items.get(i).getMedia().startsWith(ByteString.copyFromUtf8("PIC"))) {
                throw new InvalidInput("this is no picture", "items[" + i + "]");
            }
        }
        var features = rows("toy-image", items.stream().map(item -> (float) item.getMedia().size()).toList());
        out.emit(Frame.of(EncodeResponse.newBuilder().setTimings(timings()).build(), features));
    }

    void projectInput(Frame<ProjectInputRequest> request, CallContext call, Emitter<ProjectInputResponse> out) {
        var projected = rows("toy-llm", values(request.embeddings().getFirst()).stream().map(x -> 2 * x).toList());
        out.emit(Frame.of(ProjectInputResponse.newBuilder().setTimings(timings()).build(), projected));
    }

    /**
     * Reads the last user text as orders, separated by {@code |}: {@code image}, {@code audio} and {@code video} signal media, {@code look} tells
     * the numbers of all pictures in the conversation, {@code echo} tells the assistant's last turn, {@code cut} ends in
     * the middle, {@code long} runs out of tokens, {@code broken} fails, {@code dice} is a number that depends on the seed
     * and its place, {@code call f {}} calls a function with arguments; all else is said. Required pictures follow. Each order is a token, its number; a continuation begins
     * behind those that it names.
     */
    void reason(Frame<BackboneRequest> request, CallContext call, Emitter<BackboneEvent> anywhere) {
        BackboneRequest prompt = request.header();
        asked = prompt;
        var out = new Continued(prompt, anywhere);
        int tokens = 0;
        var reason = FinishReason.STOP;
        for (String order : text(last(prompt, Role.USER)).split("\\|", -1)) {
            out.token(tokens++);
            switch (order) {
                case "image", "audio", "video" -> out.signal(Modality.valueOf(order.toUpperCase(Locale.ROOT)));
                case "look" -> out.say(pictures(request));
                case "echo" -> out.say(shape(last(prompt, Role.ASSISTANT)));
                case "long" -> reason = FinishReason.LENGTH;
                case "cut" -> {
                    return;
                }
                case String called when called.startsWith("call ") -> {
                    out.call(called.split(" ", 3));
                    reason = FinishReason.TOOL_CALLS;
                }
                case "broken" -> throw new IllegalStateException("secret: /models/weights.onnx");
                case "dice" ->
                    out.say("<" + new Random(prompt.getSampling().getSeed() + tokens).nextInt(1_000_000) + ">");
                default -> out.say(order);
            }
        }
        while (out.signals < prompt.getRequiredCount()) {
            out.token(tokens + out.signals);
            out.signal(prompt.getRequired(out.signals));
        }
        out.checkDelivered();
        anywhere.emit(Frame.of(BackboneEvent.newBuilder()
                .setFinished(
                        BackboneFinished.newBuilder().setReason(reason).setPromptTokens(7).setCompletionTokens(tokens)
                                .setTimings(timings()))
                .build()));
    }

    /** What the backbone was asked last. */
    BackboneRequest asked() {
        return Objects.requireNonNull(asked);
    }

    /** Says what comes after the tokens of a continuation, and holds what it claims to have delivered against them. */
    private final class Continued {
        private final BackboneRequest prompt;
        private final Continuation known;
        private final Emitter<BackboneEvent> out;
        private final List<Integer> tokens = new ArrayList<>();
        private int index;
        private int skippedCharacters;
        private int skippedSignals;
        private int skippedLogprobs;
        private int skippedCalls;
        private int skippedArguments;
        private int signals;

        Continued(BackboneRequest prompt, Emitter<BackboneEvent> out) {
            this.prompt = prompt;
            this.known = prompt.getContinuation();
            this.out = out;
        }

        void token(int id) {
            if (index < known.getTokensCount()) {
                if (known.getTokens(index) != id) {
                    throw new IllegalStateException("token %d: %d".formatted(index, known.getTokens(index)));
                }
            } else {
                tokens.add(id);
            }
            index++;
        }

        private boolean isKnown() {
            return index <= known.getTokensCount();
        }

        void say(String text) {
            if (isKnown()) {
                skippedCharacters += text.length();
                skippedLogprobs += logprobs(text).size();
                return;
            }
            out.emit(Frame.of(BackboneEvent.newBuilder().setText(TextDelta.newBuilder().setText(text))
                    .addAllTokens(tokens).addAllLogprobs(logprobs(text)).build()));
            tokens.clear();
        }

        /** The order as one token, whose probability is a half; and as likely the half of a character, and the end. */
        private List<TokenLogprob> logprobs(String text) {
            var sampling = prompt.getSampling();
            if (!sampling.hasTopLogprobs()) {
                return List.of();
            }
            var likeliest = Stream.of(likely(ByteString.copyFromUtf8(text)), likely(HALF),
                    likely(ByteString.copyFromUtf8("<|end|>")).setControl(true)).limit(sampling.getTopLogprobs())
                    .map(TokenLogprob.Builder::build).toList();
            return List.of(likely(ByteString.copyFromUtf8(text)).addAllTop(likeliest).build());
        }

        private static TokenLogprob.Builder likely(ByteString text) {
            return TokenLogprob.newBuilder().setText(text).setLogprob(-0.5f);
        }

        /** The name, and each half of the arguments by itself. */
        void call(String[] order) {
            String arguments = order[2];
            if (isKnown()) { // its token comes with its name, arguments without one
                skippedCalls++;
                int has = Math.clamp(known.getDeliveredArgumentCharacters() - skippedArguments, 0, arguments.length());
                skippedArguments += has;
                tell("", arguments.substring(has));
                return;
            }
            int half = arguments.length() / 2;
            tell(order[1], "");
            tell("", arguments.substring(0, half));
            tell("", arguments.substring(half));
        }

        private void tell(String name, String arguments) {
            out.emit(Frame.of(BackboneEvent.newBuilder()
                    .setCall(ToolCallDelta.newBuilder().setName(name).setArguments(arguments)).addAllTokens(tokens)
                    .build()));
            tokens.clear();
        }

        void signal(Modality modality) {
            signals++;
            if (isKnown()) {
                skippedSignals++;
                return;
            }
            out.emit(Frame.of(BackboneEvent.newBuilder().setSignal(Signal.newBuilder().setModality(modality))
                    .addAllTokens(tokens).build(), rows("toy-signal", List.of(10f * signals))));
            tokens.clear();
        }

        void checkDelivered() {
            if (known.getDeliveredCharacters() != skippedCharacters || known.getDeliveredSignals() != skippedSignals
                    || known.getDeliveredLogprobs() != skippedLogprobs || known.getDeliveredCalls() != skippedCalls) {
                throw new IllegalStateException("%s (delivered: %d and %d)".formatted(known, skippedCharacters,
                        skippedSignals));
            }
        }
    }

    private static Turn last(BackboneRequest prompt, Role role) {
        return prompt.getTurnsList().reversed().stream().filter(turn -> turn.getRole() == role).findFirst()
                .orElseThrow();
    }

    private static String text(Turn turn) {
        return String.join("|", turn.getPartsList().stream().filter(Part::hasText).map(Part::getText).toList());
    }

    private static String shape(Turn turn) {
        return String.join(",", turn.getPartsList().stream().map(p -> p.hasText() ? p.getText() : "<media>").toList());
    }

    private static String pictures(Frame<BackboneRequest> request) {
        return String.join(",", request.header().getTurnsList().stream()
                .flatMap(turn -> turn.getPartsList().stream())
                .filter(Part::hasMedia)
                .map(part -> String.valueOf(Math.round(
                        values(request.embeddings().get(part.getMedia().getBatch())).get(part.getMedia().getRow()))))
                .toList());
    }

    void projectOutput(Frame<ProjectOutputRequest> request, CallContext call, Emitter<ProjectOutputResponse> out) {
        var condition = rows("toy-cond", values(request.embeddings().getFirst()).stream().map(x -> x + 1).toList());
        out.emit(Frame.of(ProjectOutputResponse.newBuilder().setTimings(timings()).build(), condition));
    }

    void generate(Frame<GeneratorRequest> request, CallContext call, Emitter<GeneratorEvent> out) {
        long seed = request.header().getSeed();
        for (int step = 1; step <= STEPS; step++) {
            var progress = DenoisingProgress.newBuilder().setStep(step).setSteps(STEPS);
            if (step <= request.header().getPreviews() && step < STEPS) {
                progress.setPreview(ByteString.copyFromUtf8("LIKE:" + step))
                        .setPreviewMimeType(mimeType(request.header()));
            }
            out.emit(Frame.of(GeneratorEvent.newBuilder().setProgress(progress).build()));
        }
        var picture = "PIC:" + Math.round(values(request.embeddings().getFirst()).getFirst()) + ":" + seed;
        out.emit(Frame.of(GeneratorEvent.newBuilder()
                .setMedia(GeneratedMedia.newBuilder().setData(ByteString.copyFromUtf8(picture))
                        .setMimeType(mimeType(request.header()))
                        .setWidth(128).setHeight(128).setSeed(seed).setTimings(timings()))
                .build()));
    }

    private static String mimeType(GeneratorRequest request) {
        if (!request.getMimeType().isEmpty()) {
            return request.getMimeType();
        }
        return switch (request.getModality()) {
            case AUDIO -> "audio/wav";
            case VIDEO -> "video/mp4";
            case IMAGE -> "image/png";
            case TEXT, MODALITY_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException();
        };
    }

    /** A generator that takes its first step and then goes on until it is told to stop. */
    void generateForever(Frame<GeneratorRequest> request, CallContext call, Emitter<GeneratorEvent> out)
            throws InterruptedException {
        var stopped = new CountDownLatch(1);
        call.onCancel(stopped::countDown);
        out.emit(Frame.of(GeneratorEvent.newBuilder()
                .setProgress(DenoisingProgress.newBuilder().setStep(1).setSteps(STEPS)).build()));
        generating.countDown();
        stopped.await();
        cancelledGenerations.incrementAndGet();
        throw new CancellationException();
    }

    EmbeddingBatch rows(String space, List<Float> values) {
        var batch = EmbeddingBatch.allocate(memory,
                new EmbeddingSpec(space, List.of(1), DType.FLOAT32, "toyworld", "1"),
                values.size());
        var data = batch.data();
        values.forEach(data::putFloat);
        return batch;
    }

    private static List<Float> values(EmbeddingBatch batch) {
        var floats = batch.data().asFloatBuffer();
        var values = new ArrayList<Float>();
        while (floats.hasRemaining()) {
            values.add(floats.get());
        }
        return values;
    }

    private static StageTimings timings() {
        return StageTimings.newBuilder().setQueueMicros(1500).setInferenceMicros(2500).setBatchSize(1).build();
    }
}
