// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.EncoderManifest.Encoder;
import anymesh.encoder.audio.AudioProcessor;
import anymesh.encoder.image.ImageProcessor;
import anymesh.encoder.image.PictureDecoder;
import anymesh.encoder.video.VideoProcessor;
import anymesh.kit.catalogue.Component;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.Referenced;
import anymesh.kit.ending.Budget;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.TextTokenizer;
import anymesh.kit.rows.RowModel;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageResources;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameServer;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.UnsupportedModality;
import io.grpc.ServerMethodDefinition;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The encoder service: every modality that its bundle has an encoder for. */
public final class EncoderStage implements Stage, Referenced {
    private static final Duration WARM_TIMEOUT = Duration.ofMinutes(5);

    private final ModelBundle bundle;
    private final Map<Modality, ModalityEncoder> encoders;
    private final ExampleItems examples;
    private final Closing opened;
    private final ServerMethodDefinition<?, ?> encode;
    private volatile @Nullable ReferenceReport reference;

    private EncoderStage(ModelBundle bundle, Map<Modality, ModalityEncoder> encoders, ExampleItems examples,
            Closing opened, StageResources resources) {
        this.bundle = bundle;
        this.examples = examples;
        this.encoders = encoders;
        this.opened = opened;
        this.encode = FrameServer.method(resources.methods().encode(), this::encode);
    }

    /**
     * Opens the bundle and all its models, or closes what it had opened of them; throws {@link IllegalStateException} if
     * ffmpeg can't start, which all but texts need.
     */
    public static EncoderStage load(EncoderConfig config, StageResources resources) {
        var bundle = ModelBundle.open(config.stage().bundle(), Component.MODALITY_ENCODER);
        return Closing.opening(opened -> {
            var encoders = new EnumMap<Modality, ModalityEncoder>(Modality.class);
            bundle.manifestAs(EncoderManifest.class).modalities().forEach((key, encoder) -> {
                var modality = EncoderManifest.modality(key);
                encoders.put(modality, load(modality, encoder, bundle, config, resources, opened));
            });
            return new EncoderStage(bundle, encoders, new ExampleItems(config.mediaLimits()), opened, resources);
        });
    }

    private static ModalityEncoder load(Modality modality, Encoder encoder, ModelBundle bundle, EncoderConfig config,
            StageResources resources, Closing opened) {
        MediaReader reader = switch (modality) {
            case IMAGE -> new ImageReader(PictureDecoder.start(config.pictures()),
                    ImageProcessor.load(bundle, required(encoder.preprocess(), "preprocess")), encoder.input());
            case TEXT -> text(encoder, bundle, opened);
            case AUDIO -> new AudioReader(AudioProcessor.load(bundle, required(encoder.preprocess(), "preprocess"),
                    MediaCodec.start(config.mediaLimits())), encoder.input());
            case VIDEO -> new VideoReader(VideoProcessor.load(bundle, required(encoder.preprocess(), "preprocess"),
                    MediaCodec.start(config.mediaLimits())), encoder.input());
            case MODALITY_UNSPECIFIED, UNRECOGNIZED ->
                throw new BundleException("%s: no encoder for %s".formatted(bundle.directory(), modality));
        };
        var model = opened.with(OnnxModel.load(bundle.file(encoder.model()), config.stage().onnx()));
        model.input(encoder.input());
        var rows = opened.with(new RowModel("encoder-" + Modalities.name(modality), model,
                bundle.manifest(), config.stage().batch(), resources.memory(), resources.meters(),
                resources.tracer()));
        return new ModalityEncoder(modality, encoder, reader, rows);
    }

    private static TextReader text(Encoder encoder, ModelBundle bundle, Closing opened) {
        int length = required(encoder.maxLength(), "max_length");
        var tokenizer = opened.with(
                TextTokenizer.load(bundle.file(required(encoder.tokenizer(), "tokenizer")), length));
        return new TextReader(tokenizer, encoder.input(), required(encoder.attentionMask(), "attention_mask"), length);
    }

    private void encode(Frame<EncodeRequest> request, CallContext call, Emitter<EncodeResponse> out) {
        var header = request.header();
        var encoder = encoders.get(header.getModality());
        if (encoder == null) {
            throw new UnsupportedModality("the encoder of %s takes no %s (it takes: %s)".formatted(
                    bundle.manifest().bundle(), header.getModality(), encoders.keySet()));
        }
        if (header.getItemsCount() == 0) {
            throw new InvalidInput("a request to encode needs at least one item", "items");
        }
        var output = encoder.output(header.getRepresentation());
        var feeds = encoder.read(header.getItemsList(), header.getWhole(), call);
        int tokens = encoder.tokens(feeds);
        var job = encoder.rows().submit(call, feeds, output);
        var embeddings = job.await();
        out.emit(Frame.of(EncodeResponse.newBuilder().setTimings(job.timings().toProto()).setTokens(tokens).build(),
                embeddings));
    }

    @Override
    public StageDescription describe() {
        return StageDescription.newBuilder()
                .setBundle(bundle.manifest().bundle())
                .setVersion(bundle.manifest().version())
                .addAllCapabilities(encoders.values().stream().map(ModalityEncoder::capability).toList())
                .build();
    }

    @Override
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(encode);
    }

    /**
     * Encodes what the bundle's reference has read, which has to give what that gave; and a file of each kind, the reference's own if it
     * has one, alone and twice in one batch, which have to be the same.
     */
    @Override
    public void warm() {
        var call = CallContext.start("warm", null, WARM_TIMEOUT);
        var samples = EncoderReference.of(bundle);
        samples.ifPresent(given -> {
            var report = given.check(bundle, encoders, call);
            report.require(bundle.directory());
            reference = report;
        });
        encoders.forEach((modality, encoder) -> {
            try {
                encoder.warm(samples.flatMap(reference -> reference.item(modality, bundle))
                        .orElseGet(() -> examples.of(modality, call)), call);
            } catch (MeshException e) {
                throw new BundleException("%s: the encoder of %s: %s".formatted(bundle.directory(), modality,
                        e.getMessage()), e);
            }
        });
    }

    @Override
    public Optional<ReferenceReport> reference() {
        return Optional.ofNullable(reference);
    }

    @Override
    public boolean stop(Budget budget) {
        return RowModel.stop(encoders.values().stream().map(ModalityEncoder::rows).toList(), budget);
    }

    @Override
    public void close() {
        opened.close();
    }

    private static <T> T required(@Nullable T value, String key) {
        if (value == null) {
            throw new BundleException("the manifest's '%s' is missing".formatted(key));
        }
        return value;
    }
}
