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

        float[] encode(ModalityEncoder encoder, EncoderManifest.Output output, MediaItem item, CallContext call) {
            try {
                return encoder.encode(item, output, call);
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

    /** Encodes each sample as a request would have it, and compares. */
    ReferenceReport check(ModelBundle bundle, Map<Modality, ModalityEncoder> encoders, CallContext call) {
        var compared = new ArrayList<Compared>();
        for (var sample : samples) {
            var encoder = Modalities.named(sample.modality()).map(encoders::get).orElseThrow(
                    () -> new BundleException(
                            "%s: no encoder for '%s'".formatted(ReferenceFile.NAME, sample.modality())));
            int before = compared.size();
            var item = sample.item(bundle);
            var expected = SafeTensors.read(bundle.file(sample.tensors()));
            for (var output : encoder.outputs()) {
                var tensor = expected.get(output.output());
                if (tensor != null) {
                    compared.add(Compared.of(sample.modality() + ": " + output.output(),
                            sample.encode(encoder, output, item, call), tensor.toFloatArray()));
                }
            }
            if (compared.size() == before) {
                throw new BundleException("%s: %s has no output of the encoder of %s (it has: %s)".formatted(
                        ReferenceFile.NAME, sample.tensors(), sample.modality(), expected.keySet()));
            }
        }
        return new ReferenceReport(library, tolerance, compared);
    }
}
