// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.backbone.BackboneMain;
import anymesh.encoder.EncoderMain;
import anymesh.gateway.GatewayMain;
import anymesh.generator.GeneratorMain;
import anymesh.kit.model.Component;
import anymesh.projector.InputProjectorMain;
import anymesh.projector.OutputProjectorMain;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service as a process: its main class, the module whose {@code config/jvm.options} has its JVM's options, and how much memory
 * its heap is a share of: here, where nothing limits a process, what {@code compose.yaml} limits its container to.
 */
enum ServiceProcess {
    ENCODER("encoder", Component.MODALITY_ENCODER, EncoderMain.class, "encoder-svc"), INPUT_PROJECTOR(
            "input-projector", Component.INPUT_PROJECTOR, InputProjectorMain.class, "projector-svc"), BACKBONE(
                    "backbone", Component.LLM_BACKBONE, BackboneMain.class, "backbone-svc"), OUTPUT_PROJECTOR(
                            "output-projector", Component.OUTPUT_PROJECTOR, OutputProjectorMain.class,
                            "projector-svc"), GENERATOR_IMAGE("image"), GENERATOR_AUDIO("audio"), GENERATOR_VIDEO(
                                    "video"), GATEWAY("gateway", null, GatewayMain.class, "gateway");

    private static final int STAGE_MEGABYTES = 1024;
    private static final int GATEWAY_MEGABYTES = 1536;

    private final String service;
    private final @Nullable Component component;
    private final Class<?> main;
    private final String module;
    private final String modality;

    ServiceProcess(String service, @Nullable Component component, Class<?> main, String module) {
        this(service, component, main, module, "");
    }

    /** The generator of a modality. */
    ServiceProcess(String modality) {
        this("generator-" + modality, Component.MODALITY_GENERATOR, GeneratorMain.class, "generator-svc", modality);
    }

    ServiceProcess(String service, @Nullable Component component, Class<?> main, String module, String modality) {
        this.service = service;
        this.component = component;
        this.main = main;
        this.module = module;
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

    /** Its JVM's options, where the project lies in {@code home}. */
    List<String> jvmOptions(Path home) {
        return List.of("@" + home.resolve(module).resolve("config/jvm.options"),
                "-XX:MaxRAM=%dm".formatted(isStage() ? STAGE_MEGABYTES : GATEWAY_MEGABYTES));
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
