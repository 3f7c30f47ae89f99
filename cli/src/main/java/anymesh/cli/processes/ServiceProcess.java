// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.backbone.BackboneMain;
import anymesh.encoder.EncoderMain;
import anymesh.gateway.GatewayMain;
import anymesh.generator.GeneratorMain;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.projector.InputProjectorMain;
import anymesh.projector.OutputProjectorMain;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A service as a process: its main class, the module whose {@code config/jvm.options} has its JVM's options, and how much memory
 * its heap is a share of: here, where nothing limits a process, what {@code compose.yaml} limits its container to.
 *
 * @param stage empty for the gateway
 */
record ServiceProcess(String service, Optional<ServiceKind> stage) {
    static final ServiceProcess GATEWAY = new ServiceProcess("gateway", Optional.empty());

    /** All of them, the gateway last. */
    static final List<ServiceProcess> ALL = Stream.concat(
            ServiceKind.ALL.stream().map(kind -> new ServiceProcess(kind.name(), Optional.of(kind))),
            Stream.of(GATEWAY)).toList();

    private static final int STAGE_MEGABYTES = 1024;
    private static final int GATEWAY_MEGABYTES = 1536;

    /** Its main class and where that comes from. */
    private record Program(Class<?> main, String module) {
        static Program of(ServiceKind kind) {
            return switch (kind.component()) {
                case MODALITY_ENCODER -> new Program(EncoderMain.class, "encoder-svc");
                case INPUT_PROJECTOR -> new Program(InputProjectorMain.class, "projector-svc");
                case LLM_BACKBONE -> new Program(BackboneMain.class, "backbone-svc");
                case OUTPUT_PROJECTOR -> new Program(OutputProjectorMain.class, "projector-svc");
                case MODALITY_GENERATOR -> new Program(GeneratorMain.class, "generator-svc");
            };
        }
    }

    boolean isStage() {
        return stage.isPresent();
    }

    String mainClass() {
        return program().main().getName();
    }

    /** What the main class is told besides its configuration. */
    Map<String, String> environment() {
        return modality().map(name -> Map.of("ANYMESH_MODALITY", name)).orElse(Map.of());
    }

    /** Its JVM's options, where the project lies in {@code home}. */
    List<String> jvmOptions(Path home) {
        return List.of("@" + home.resolve(program().module()).resolve("config/jvm.options"),
                "-XX:MaxRAM=%dm".formatted(isStage() ? STAGE_MEGABYTES : GATEWAY_MEGABYTES));
    }

    private Program program() {
        return stage.map(Program::of).orElseGet(() -> new Program(GatewayMain.class, "gateway"));
    }

    private Optional<String> modality() {
        return stage.flatMap(ServiceKind::makes).map(Modalities::name);
    }

    /** By its name, or a generator by what it makes: {@code image}. */
    static Optional<ServiceProcess> named(String service) {
        return ALL.stream()
                .filter(one -> one.service.equals(service) || one.modality().equals(Optional.of(service))).findFirst();
    }

    static List<String> names() {
        return ALL.stream().map(ServiceProcess::service).toList();
    }
}
