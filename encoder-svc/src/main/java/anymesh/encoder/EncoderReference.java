// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.check.ReferenceFile;
import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.ReferenceReport.Compared;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.SafeTensors;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.MeshException;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An encoder's {@code check.json}: files and texts, and what the library that it comes from makes of each (docs/bundles.md). */
record EncoderReference(@JsonProperty("reference") String library, @Nullable Float tolerance, List<Sample> samples) {

    /**
     * One item.
     *
     * @param media a file of the bundle; null for a text
     * @param tensors a safetensors file of the bundle, with a tensor of the name of each output that is compared
     */
    record Sample(String modality, @Nullable String text, @Nullable String media, String tensors) {

        Sample {
            if (modality == null || tensors == null || (text == null) == (media == null)) {
                throw new BundleException(
                        ReferenceFile.NAME + ": a sample needs modality, tensors and either text or media");
            }
        }

        List<float[]> encode(ModalityEncoder encoder, List<EncoderManifest.Output> outputs, MediaItem item,
                CallContext call) {
            try {
                return encoder.encode(item, outputs, call);
            } catch (MeshException e) {
                throw new BundleException("%s: %s: %s".formatted(ReferenceFile.NAME, media == null ? text : media,
                        e.getMessage()), e);
            }
        }

        MediaItem item(ModelBundle bundle) {
            if (media == null) {
                return MediaItem.newBuilder().setText(text).build();
            }
            try {
                return MediaItem.newBuilder().setMedia(ByteString.copyFrom(Files.readAllBytes(bundle.file(media))))
                        .build();
            } catch (IOException e) {
                throw new BundleException(
                        "%s: %s cannot be read: %s".formatted(ReferenceFile.NAME, media, e.getMessage()),
                        e);
            }
        }
    }

    EncoderReference {
        samples = ReferenceFile.samples(library, samples);
    }

    static Optional<EncoderReference> of(ModelBundle bundle) {
        return ReferenceFile.read(bundle, EncoderReference.class);
    }

    /** A file or text of this modality, if there is one. */
    Optional<MediaItem> item(Modality modality, ModelBundle bundle) {
        return samples.stream().filter(sample -> Modalities.named(sample.modality()).equals(Optional.of(modality)))
                .findFirst().map(sample -> sample.item(bundle));
    }

    /** Encodes each sample as a request would have it, and compares. */
    ReferenceReport check(ModelBundle bundle, Map<Modality, ModalityEncoder> encoders, CallContext call) {
        var compared = new ArrayList<Compared>();
        for (var sample : samples) {
            var encoder = Modalities.named(sample.modality()).map(encoders::get).orElseThrow(
                    () -> new BundleException(
                            "%s: no encoder for '%s'".formatted(ReferenceFile.NAME, sample.modality())));
            var expected = SafeTensors.read(bundle.file(sample.tensors()));
            var outputs = encoder.outputs().stream().filter(output -> expected.containsKey(output.output())).toList();
            var given = sample.encode(encoder, outputs, sample.item(bundle), call);
            for (int i = 0; i < given.size(); i++) {
                var name = outputs.get(i).output();
                compared.add(Compared.of(sample.modality() + ": " + name, given.get(i),
                        Objects.requireNonNull(expected.get(name)).toFloatArray()));
            }
            if (outputs.isEmpty()) {
                throw new BundleException("%s: %s has no output of the encoder of %s (it has: %s)".formatted(
                        ReferenceFile.NAME, sample.tensors(), sample.modality(), expected.keySet()));
            }
        }
        return new ReferenceReport(library, tolerance, compared);
    }
}
