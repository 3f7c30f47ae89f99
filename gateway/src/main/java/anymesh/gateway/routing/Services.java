// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.DescribeRequest;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.LlmBackboneGrpc;
import anymesh.v1.Modality;
import anymesh.v1.ModalityEncoderGrpc;
import anymesh.v1.ModalityGeneratorGrpc;
import anymesh.v1.OutputProjectorGrpc;
import anymesh.v1.StageDescription;
import io.grpc.MethodDescriptor;
import java.util.Locale;
import java.util.Set;

/** The names under which stages register. */
public final class Services {
    public static final String ENCODER = "encoder";
    public static final String INPUT_PROJECTOR = "input-projector";
    public static final String BACKBONE = "backbone";
    public static final String OUTPUT_PROJECTOR = "output-projector";

    /** All that there may be. */
    public static final Set<String> ALL = Set.of(ENCODER, INPUT_PROJECTOR, BACKBONE, OUTPUT_PROJECTOR,
            generator(Modality.IMAGE), generator(Modality.AUDIO), generator(Modality.VIDEO));

    private Services() {}

    /** The generator of a modality, such as {@code generator-image}: each modality scales by itself. */
    public static String generator(Modality modality) {
        return "generator-" + name(modality);
    }

    /** How a service's stages are asked what they are. */
    public static MethodDescriptor<DescribeRequest, StageDescription> describe(String service) {
        return switch (service) {
            case ENCODER -> ModalityEncoderGrpc.getDescribeMethod();
            case INPUT_PROJECTOR -> InputProjectorGrpc.getDescribeMethod();
            case BACKBONE -> LlmBackboneGrpc.getDescribeMethod();
            case OUTPUT_PROJECTOR -> OutputProjectorGrpc.getDescribeMethod();
            default -> ModalityGeneratorGrpc.getDescribeMethod();
        };
    }

    /** A modality as clients write it: {@code image}. */
    public static String name(Modality modality) {
        return modality.name().toLowerCase(Locale.ROOT);
    }
}
