// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.catalogue;

import anymesh.v1.DescribeRequest;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.LlmBackboneGrpc;
import anymesh.v1.Modality;
import anymesh.v1.ModalityEncoderGrpc;
import anymesh.v1.ModalityGeneratorGrpc;
import anymesh.v1.OutputProjectorGrpc;
import anymesh.v1.StageDescription;
import io.grpc.MethodDescriptor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A service that the mesh is made of: which component it runs and, of generators, which scale by themselves, what it makes.
 *
 * @param name under which its instances register: {@code encoder}, {@code generator-image}
 * @param makes empty for all but generators
 * @param grpcPort where an instance listens that isn't told where
 */
public record ServiceKind(String name, Component component, Optional<Modality> makes, int grpcPort) {
    private static final int GRPC_TO_HTTP = 100;
    private static final Path BUILT_IN = Path.of("models/toyworld");

    public static final ServiceKind ENCODER = new ServiceKind(Component.MODALITY_ENCODER, 7010);
    public static final ServiceKind INPUT_PROJECTOR = new ServiceKind(Component.INPUT_PROJECTOR, 7020);
    public static final ServiceKind BACKBONE = new ServiceKind(Component.LLM_BACKBONE, 7030);
    public static final ServiceKind OUTPUT_PROJECTOR = new ServiceKind(Component.OUTPUT_PROJECTOR, 7040);

    /** All that there may be, in the order of a request's path. */
    public static final List<ServiceKind> ALL = Stream.concat(
            Stream.of(ENCODER, INPUT_PROJECTOR, BACKBONE, OUTPUT_PROJECTOR),
            Modalities.MEDIA.stream().map(ServiceKind::generator)).toList();

    /** Their names, in the same order. */
    public static final Set<String> NAMES = Collections
            .unmodifiableSet(new LinkedHashSet<>(ALL.stream().map(ServiceKind::name).toList()));

    private ServiceKind(Component component, int grpcPort) {
        this(component.stage(), component, Optional.empty(), grpcPort);
    }

    /** The generator of a modality; {@link IllegalArgumentException} for one that is no medium. */
    public static ServiceKind generator(Modality modality) {
        int port = switch (modality) {
            case IMAGE -> 7050;
            case AUDIO -> 7051;
            case VIDEO -> 7052;
            case TEXT, MODALITY_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("there is no generator of " + Modalities.name(modality));
        };
        return new ServiceKind(Component.MODALITY_GENERATOR.stage() + "-" + Modalities.name(modality),
                Component.MODALITY_GENERATOR, Optional.of(modality), port);
    }

    /** The service of this name; empty if there is none. */
    public static Optional<ServiceKind> named(String name) {
        return ALL.stream().filter(kind -> kind.name.equals(name)).findFirst();
    }

    /** The same; {@link IllegalArgumentException} if there is none. */
    public static ServiceKind require(String name) {
        return named(name).orElseThrow(() -> new IllegalArgumentException(
                "there is no service '%s' (there are %s)".formatted(name, String.join(", ", NAMES))));
    }

    /** Where an instance listens for health and metrics if it isn't told. */
    public int httpPort() {
        return grpcPort + GRPC_TO_HTTP;
    }

    /** The folder of the bundle that comes with Anymesh, relative to where it lies. */
    public Path builtIn() {
        return BUILT_IN.resolve(name);
    }

    /** How its instances are asked what they are. */
    public MethodDescriptor<DescribeRequest, StageDescription> describe() {
        return switch (component) {
            case MODALITY_ENCODER -> ModalityEncoderGrpc.getDescribeMethod();
            case INPUT_PROJECTOR -> InputProjectorGrpc.getDescribeMethod();
            case LLM_BACKBONE -> LlmBackboneGrpc.getDescribeMethod();
            case OUTPUT_PROJECTOR -> OutputProjectorGrpc.getDescribeMethod();
            case MODALITY_GENERATOR -> ModalityGeneratorGrpc.getDescribeMethod();
        };
    }
}
