// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.backbone.BackboneMain;
import anymesh.encoder.EncoderMain;
import anymesh.gateway.GatewayMain;
import anymesh.generator.GeneratorMain;
import anymesh.projector.InputProjectorMain;
import anymesh.projector.OutputProjectorMain;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service as a process: its main class and its JVM's heap, which grows from little. Models and embeddings lie outside of
 * it; the gateway's holds the bodies of requests, and the encoder's the files that are in them.
 */
enum ServiceProcess {
    ENCODER("encoder", EncoderMain.class, 320), INPUT_PROJECTOR("input-projector", InputProjectorMain.class,
            64), BACKBONE("backbone", BackboneMain.class, 128), OUTPUT_PROJECTOR("output-projector",
                    OutputProjectorMain.class, 64), GENERATOR_IMAGE("generator-image", GeneratorMain.class, 128,
                            "image"), GENERATOR_AUDIO("generator-audio",
                                    GeneratorMain.class, 128, "audio"), GENERATOR_VIDEO(
                                            "generator-video", GeneratorMain.class, 128,
                                            "video"), GATEWAY("gateway", GatewayMain.class,
                                                    768);

    private final String service;
    private final Class<?> main;
    private final int heapMegabytes;
    private final String modality;

    ServiceProcess(String service, Class<?> main, int heapMegabytes) {
        this(service, main, heapMegabytes, "");
    }

    ServiceProcess(String service, Class<?> main, int heapMegabytes, String modality) {
        this.service = service;
        this.main = main;
        this.heapMegabytes = heapMegabytes;
        this.modality = modality;
    }

    String service() {
        return service;
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

    static Optional<ServiceProcess> named(String service) {
        return List.of(values()).stream().filter(one -> one.service.equals(service)).findFirst();
    }

    static List<String> names() {
        return List.of(values()).stream().map(ServiceProcess::service).toList();
    }
}
