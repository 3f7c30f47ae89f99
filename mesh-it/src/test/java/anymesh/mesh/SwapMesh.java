// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A mesh of two gateways, whose generators are swapped for candidates made for it. */
final class SwapMesh implements AutoCloseable {
    static final Duration LONG = Duration.ofMinutes(20);
    private static final List<String> GATEWAYS = List.of("gateway-1", "gateway-2");
    private static final List<String> ENDS = List.of("promoted", "rolled-back", "refused");

    private final Path folder;
    private final MeshProcesses mesh;

    private SwapMesh(Path folder, MeshProcesses mesh) {
        this.folder = folder;
        this.mesh = mesh;
    }

    /** {@code bundles}: SERVICE=DIR, where it is another one than the built-in one. */
    static SwapMesh start(Path folder, String... bundles) throws IOException, InterruptedException {
        var config = Files.createDirectories(folder.resolve("config"));
        for (var bundle : bundles) {
            var parts = bundle.split("=", 2);
            Files.writeString(config.resolve(parts[0] + ".yaml"),
                    "stage:\n  bundle: %s\n".formatted(Python.ROOT.resolve(parts[1]))); // one that is absolute stays so
        }
        Files.writeString(config.resolve("gateway.yaml"), "requestTimeout: PT15M\n");
        return new SwapMesh(folder, MeshProcesses.start(folder, "--replicas", "gateway=2", "--config",
                config.toString()));
    }

    /** Writes a candidate of {@code models/toyworld/SERVICE} and gives its folder; {@code kind} and options as of {@code toyworld.candidates}. */
    static Path candidate(Path folder, String of, String version, String... kind) throws Exception {
        var to = folder.resolve("candidates/" + version);
        Files.createDirectories(to.getParent());
        Python.run(Stream.concat(Stream.of("-m", "toyworld.candidates", "--of", "models/toyworld/" + of, "--to",
                to.toString(), "--version", version), Stream.of(kind)).toArray(String[]::new));
        return to;
    }

    MeshProcesses processes() {
        return mesh;
    }

    /** Begins a swap of one modality for a candidate that was written for it. */
    void swap(String modality, String version, List<String> options) throws IOException, InterruptedException {
        var arguments = Stream.concat(Stream.of("swap", modality, "--bundle",
                folder.resolve("candidates/" + version).toString(), "--why", "a test wants it"), options.stream());
        var begun = mesh.run(arguments.toArray(String[]::new));
        assertThat(begun.code()).as(mesh.errors()).isZero();
        assertThat(begun.out()).contains("for generator-%s=toyworld@%s: a test wants it".formatted(modality, version));
    }

    JsonNode now(String modality) throws IOException, InterruptedException {
        return mesh.control().swap(modality);
    }

    void awaitState(String modality, String... states) {
        await().atMost(LONG).ignoreExceptions()
                .until(() -> List.of(states).contains(now(modality).path("state").asText()));
    }

    /** How it ended, once the routes say so too. */
    String over(String modality) throws IOException, InterruptedException {
        await().atMost(LONG).ignoreExceptions().until(() -> now(modality).path("routed").asBoolean()
                && ENDS.contains(now(modality).path("state").asText()));
        return now(modality).path("state").asText();
    }

    /** What happened last, in words. */
    String last(String modality) throws IOException, InterruptedException {
        var events = now(modality).path("events");
        return events.get(events.size() - 1).path("text").asText();
    }

    /** The id of an instance of this version. */
    String instance(String service, String version) throws IOException, InterruptedException {
        return mesh.instances().stream()
                .filter(view -> view.stage().equals(service) && view.version().equals(version)).findFirst()
                .orElseThrow().id();
    }

    void awaitGone(String service, String version) {
        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> assertThat(mesh.instances())
                .noneMatch(view -> view.stage().equals(service) && view.version().equals(version)));
    }

    /** The gateway that took the swap last, by its log. */
    String controlling(String modality) throws IOException, InterruptedException {
        var taken = "swap=%s [".formatted(now(modality).path("id").asText());
        for (var gateway : GATEWAYS) {
            if (log(gateway).lines().anyMatch(line -> line.contains(taken) && line.contains(" is controlled here"))) {
                return gateway;
            }
        }
        throw new AssertionError("nobody controls " + taken);
    }

    /**
     * Everything at once, of which films (the rest waits for them) a quarter as often as elsewhere, and pictures (the swap waits for
     * them) three times; so many callers that new instances still get to start beside them.
     */
    MixedLoad load(String gateway, int requests, List<String> bad) throws IOException, InterruptedException {
        var options = Stream.concat(
                Stream.of("--films", "0.25", "--pictures", "3", "--workers", "5", "--alone",
                        folder.resolve("alone.pickle").toString(), "--bad"),
                bad.stream());
        return MixedLoad.start("http://" + mesh.instance(gateway).http(), requests, options.toArray(String[]::new));
    }

    /** What both gateways said of swaps. */
    List<String> told() throws IOException {
        var told = new ArrayList<String>();
        for (var gateway : GATEWAYS) {
            log(gateway).lines().filter(line -> line.contains("swap=")).map(line -> gateway + " " + line)
                    .forEach(told::add);
        }
        return told;
    }

    private String log(String gateway) throws IOException {
        return Files.readString(folder.resolve("logs/%s.log".formatted(gateway)));
    }

    @Override
    public void close() {
        mesh.close();
    }
}
