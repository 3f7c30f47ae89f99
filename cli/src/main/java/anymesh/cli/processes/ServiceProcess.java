// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.backbone.BackboneMain;
import anymesh.encoder.EncoderMain;
import anymesh.gateway.GatewayMain;
import anymesh.generator.GeneratorMain;
import anymesh.kit.model.Component;
import anymesh.projector.InputProjectorMain;
import anymesh.projector.OutputProjectorMain;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service as a process: its main class and its JVM's heap, which grows from little. Models and embeddings lie outside of
 * it; the gateway's holds the bodies of requests, and the encoder's the files that are in them.
 */
enum ServiceProcess {
    ENCODER("encoder", Component.MODALITY_ENCODER, EncoderMain.class, 320), INPUT_PROJECTOR("input-projector",
            Component.INPUT_PROJECTOR, InputProjectorMain.class, 64), BACKBONE("backbone", Component.LLM_BACKBONE,
                    BackboneMain.class, 128), OUTPUT_PROJECTOR("output-projector", Component.OUTPUT_PROJECTOR,
                            OutputProjectorMain.class, 64), GENERATOR_IMAGE("image"), GENERATOR_AUDIO(
                                    "audio"), GENERATOR_VIDEO("video"), GATEWAY("gateway", null, GatewayMain.class,
                                            768);

    private final String service;
    private final @Nullable Component component;
    private final Class<?> main;
    private final int heapMegabytes;
    private final String modality;

    ServiceProcess(String service, @Nullable Component component, Class<?> main, int heapMegabytes) {
        this(service, component, main, heapMegabytes, "");
    }

    /** The generator of a modality. */
    ServiceProcess(String modality) {
        this("generator-" + modality, Component.MODALITY_GENERATOR, GeneratorMain.class, 128, modality);
    }

    ServiceProcess(String service, @Nullable Component component, Class<?> main, int heapMegabytes, String modality) {
        this.service = service;
        this.component = component;
        this.main = main;
        this.heapMegabytes = heapMegabytes;
        this.modality = modality;
    }

    String service() {
        return service;
    }

    /** What its bundles are; empty for the gateway, which has none. */
    Optional<Component> component() {
        return Optional.ofNullable(component);
    }

    /** What a generator makes. */
    Optional<String> modality() {
        return Optional.of(modality).filter(name -> !name.isEmpty());
    }

    boolean isStage() {
        return this != GATEWAY;
    }

    String mainClass() {
        return main.getName();
    }

    /** What the main class is told besides its configuration. */
    Map<String, String> environment() {
        return modality.isEmpty() ? Map.of() : Map.of("ANYMESH_MODALITY", modality);
    }

    /**
     * One collector thread is enough for these heaps, and compiling with C1 only is quicker to start and smaller: the
     * work is done in native code.
     */
    List<String> jvmFlags() {
        return List.of("-Xms16m", "-Xmx%dm".formatted(heapMegabytes), "-XX:MaxDirectMemorySize=512m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    /** By its name, or a generator by what it makes: {@code image}. */
    static Optional<ServiceProcess> named(String service) {
        return List.of(values()).stream()
                .filter(one -> one.service.equals(service) || one.modality().equals(Optional.of(service))).findFirst();
    }

    static List<String> names() {
        return List.of(values()).stream().map(ServiceProcess::service).toList();
    }
}
