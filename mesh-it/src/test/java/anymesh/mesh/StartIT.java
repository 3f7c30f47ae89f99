// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.cli.EmbeddedMesh;
import anymesh.cli.processes.Control;
import anymesh.cli.processes.InstanceView;
import anymesh.cli.processes.StartRequest;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.Release;
import anymesh.kit.store.FileMeshStore;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Another version of a service in a running mesh: one story for each kind of mesh, since starting takes longest. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class StartIT {
    private static final Path BUNDLE = Python.ROOT.resolve("models/toyworld/generator-image-2.0.0");
    private static final String SERVICE = "generator-image";
    private static final String OWN = SERVICE + "=toyworld@3.0.0";
    private static final String OTHER = SERVICE + "=toyworld@2.0.0";
    private static final String[] SMALL = {"--replicas",
        "encoder=0,input-projector=0,generator-audio=0,generator-video=0"};

    private static final Pattern PICTURE = Pattern.compile("<img[^>]*src=\"data:image/png;base64,([^\"]*)\"");

    @TempDir
    private Path folder;

    @TempDir
    private Path bundles;

    @Test
    void aReleaseOfProcessesComesAndGoesByItsName() throws Exception {
        try (var mesh = MeshProcesses.start(folder, SMALL)) {
            var started = mesh.run("start", "image", "--bundle", BUNDLE.toString(), "--replicas", "2");
            assertThat(started.code()).as(mesh.errors()).isZero();
            assertThat(started.out()).contains("toyworld@2.0.0");
            assertThat(of(mesh.instances(), OTHER)).hasSize(2).allMatch(one -> one.state().equals("serving"));
            assertThat(of(mesh.instances(), OWN)).hasSize(1);
            whatCannotServeIsRefusedAndLeavesNothing(mesh);
            aServicesNameIsNotEnoughForTwoReleases(mesh);
            commandsKnowReleases(mesh);
            whatIsRecordedIsReplayed(mesh);
            assertThat(mesh.end()).isZero();
        }
        try (var mesh = MeshProcesses.start(folder, SMALL)) {
            assertThat(of(mesh.instances(), OTHER)).as("routes that name it have outlived the mesh too").hasSize(1);
            assertThat(mesh.run("scale", OWN, "0").code()).isZero();
            assertThat(mesh.run("scale", "image", "2").code()).as("the only one that runs").isZero();
            assertThat(of(mesh.instances(), OTHER)).hasSize(2);
            assertThat(mesh.run("stop", OTHER).code()).isZero();
            assertThat(mesh.count(SERVICE)).isZero();
            assertRefused(mesh, "there is no release '" + OTHER, "scale", OTHER, "1");
            assertThat(mesh.run("scale", OWN, "1").code()).isZero();
            assertThat(of(mesh.instances(), OWN)).hasSize(1);
            assertThat(mesh.end()).isZero();
        }
    }

    private void whatCannotServeIsRefusedAndLeavesNothing(MeshProcesses mesh) throws Exception {
        var before = mesh.instances();
        var changed = copy("changed");
        Files.writeString(changed.resolve("unet/config.json"), " ", StandardOpenOption.APPEND);
        assertRefused(mesh, "unet/config.json: sha256", "start", "image", "--bundle", changed.toString());
        assertRefused(mesh, "it makes image (expected: audio)", "start", "audio", "--bundle", BUNDLE.toString());
        assertRefused(mesh, OTHER + " runs already", "start", "image", "--bundle", BUNDLE.toString());
        var unloadable = copy("unloadable");
        // A graph, but not that of a denoiser: only a stage finds that out.
        Files.copy(unloadable.resolve("text_encoder/model.onnx"), unloadable.resolve("unet/model.onnx"),
                StandardCopyOption.REPLACE_EXISTING);
        var manifest = unloadable.resolve("manifest.json");
        var sums = Files.readString(manifest).replace("\"2.0.0\"", "\"4.0.0\"");
        var sum = Pattern.compile("\"text_encoder/model.onnx\": \"([0-9a-f]+)").matcher(sums);
        assertThat(sum.find()).isTrue();
        Files.writeString(manifest, sums.replaceFirst("(?<=\"unet/model.onnx\": \")[0-9a-f]+", sum.group(1)));
        assertRefused(mesh, "does not start: ", "start", "image", "--bundle", unloadable.toString());
        assertThat(mesh.instances()).isEqualTo(before);
    }

    private static void aServicesNameIsNotEnoughForTwoReleases(MeshProcesses mesh) throws Exception {
        var which = "say which one: " + OWN + " or " + OTHER;
        assertRefused(mesh, which, "scale", SERVICE, "3");
        assertRefused(mesh, which, "stop", SERVICE);
    }

    private static void commandsKnowReleases(MeshProcesses mesh) throws Exception {
        assertThat(mesh.run("top").out()).contains(SERVICE + " toyworld@3.0.0", SERVICE + " toyworld@2.0.0");
        assertThat(mesh.run("logs", OTHER).out()).contains("version=2.0.0").doesNotContain("version=3.0.0");
        assertThat(mesh.run("scale", OTHER, "1").code()).isZero();
        assertThat(of(mesh.instances(), OTHER)).hasSize(1);
        assertThat(of(mesh.instances(), OWN)).hasSize(1);
    }

    /** Of two bundles, one of which needs no mesh to be tried. */
    private void whatIsRecordedIsReplayed(MeshProcesses mesh) throws Exception {
        var to = folder.resolve("recorded");
        var begun = mesh.run("record", "image", "--share", "100", "--max", "2", "--to", to.toString(), "--why",
                "a test");
        assertThat(begun.code()).as(mesh.errors()).isZero();
        assertRefused(mesh, "image is recorded already", "record", "image", "--why", "another");
        try (var client = new MeshClient(mesh.url())) {
            long end = System.nanoTime() + MeshProcesses.SOON.toNanos();
            while (!mesh.control().recording("image").path("over").asBoolean()) { // the gateway hears of it when it does
                assertThat(System.nanoTime()).as("the recording ends in time").isLessThan(end);
                assertThat(client.chat("draw a red bell at the top left", Map.of()).status()).isEqualTo(200);
            }
        }
        assertThat(mesh.run("record", "image").out()).contains("2 are recorded", "2 of at most 2", to.toString());
        var replayed = mesh.run("replay", to.toString(), "--bundle", BUNDLE.toString(), "--with",
                Python.ROOT.resolve("models/toyworld/generator-image").toString());
        assertThat(replayed.code()).as(mesh.errors()).isZero();
        assertThat(replayed.out()).contains("2 recordings of image", "toyworld@2.0.0", "toyworld@3.0.0");
        var pictures = PICTURE.matcher(Files.readString(to.resolve("replay.html"))).results()
                .map(found -> Base64.getDecoder().decode(found.group(1))).toList();
        assertThat(pictures).hasSize(4).allSatisfy(
                picture -> assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth()).isEqualTo(128));
        assertRefused(mesh, "there is no folder", "replay", folder.resolve("none").toString(), "--bundle",
                BUNDLE.toString());
    }

    @Test
    void aReleaseComesAndGoesInOneProcessToo() throws Exception {
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0)) {
            var control = mesh.control();
            int before = mesh.instances().size();
            assertThat(of(control.start(bundle(BUNDLE)), OTHER)).hasSize(1)
                    .allMatch(one -> one.state().equals("serving"));
            assertThat(mesh.registry().snapshot()).filteredOn(one -> one.description().getCandidate())
                    .extracting(one -> one.release().toString()).containsExactly(OTHER);
            assertRefused(OTHER + " runs already", () -> control.start(bundle(BUNDLE)));
            assertRefused("--processes", () -> control.scale(OTHER, "2"));
            assertRefused("say which one", () -> control.stop(SERVICE));
            assertThat(of(control.stop(OTHER), OTHER)).isEmpty();
            assertRefused("there is no release", () -> control.scale(OTHER, "1"));
            assertThat(control.stop(SERVICE)).hasSize(before - 1);
            assertThat(of(control.scale(OWN, "1"), OWN)).hasSize(1);
            assertRefused("this is not the token",
                    () -> new Control(control.url(), "another").instances());
        }
    }

    @Test
    void inOneProcessACandidateAndWhatIsRoutedToItOutliveTheMesh() throws Exception {
        try (var mesh = embedded(); var client = new MeshClient(mesh.url())) {
            var control = mesh.control();
            assertRefused(OTHER + " does not run", () -> control.route(toImages(OTHER)));
            control.start(bundle(BUNDLE));
            assertThat(drawnBy(client)).isEqualTo("3.0.0");
            whatFitsNothingGetsNoRoute(control);
            assertThat(control.route(toImages(OTHER)).path("output/image").asText()).contains(OTHER);
            assertThat(drawnBy(client)).isEqualTo("2.0.0");
        }
        try (var mesh = embedded(); var client = new MeshClient(mesh.url())) {
            assertThat(of(mesh.instances(), OTHER)).hasSize(1);
            assertThat(drawnBy(client)).isEqualTo("2.0.0");
            var none = MeshClient.JSON.createObjectNode().put("name", "output/image");
            assertThat(mesh.control().route(none)).isEmpty();
            assertThat(drawnBy(client)).as("a candidate serves only where a route names it").isEqualTo("3.0.0");
            assertRefused("there is no route", () -> mesh.control().route(none));
        }
    }

    private void whatFitsNothingGetsNoRoute(Control control) throws Exception {
        var other = copy("other-space");
        var manifest = other.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"2.0.0\"", "\"4.0.0\"")
                .replace("\"toyworld-cond-16x128\"", "\"another-space\""));
        control.start(bundle(other));
        assertRefused(
                "[toyworld-cond-16x128] and generator-image=toyworld@4.0.0 takes [another-space]: they don't join",
                () -> control.route(toImages(SERVICE + "=toyworld@4.0.0")));
        assertRefused("has no part in output/image", () -> control.route(toImages("backbone=toyworld@1.0.0")));
        control.stop(SERVICE + "=toyworld@4.0.0");
    }

    private static ObjectNode toImages(String release) {
        var asked = MeshClient.JSON.createObjectNode().put("name", "output/image").put("why", "a test wants it");
        asked.putObject("route").putArray("shares").addObject().put("weight", 1).putArray("releases").add(release);
        return asked;
    }

    private EmbeddedMesh embedded() throws IOException {
        return EmbeddedMesh.start(Python.ROOT, 0, ServiceSettings.none(), new InMemoryStageRegistry(),
                FileMeshStore.open(folder.resolve("documents.json")));
    }

    private static String drawnBy(MeshClient client) throws Exception {
        var reply = client.post("/v1/images/generations", "{\"prompt\": \"a red bell\"}");
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
        for (var stage : reply.body().path("usage").path("stages")) {
            if (stage.path("stage").asText().equals(SERVICE)) {
                return stage.path("version").asText();
            }
        }
        throw new AssertionError("no stage drew: " + reply.body().path("usage"));
    }

    private interface Asking {
        Object ask() throws IOException, InterruptedException;
    }

    private static void assertRefused(String why, Asking asking) {
        assertThatThrownBy(asking::ask).isInstanceOf(IOException.class).hasMessageContaining(why);
    }

    private static void assertRefused(MeshProcesses mesh, String why, String... command) throws Exception {
        assertThat(mesh.run(command).code()).as(String.join(" ", command)).isEqualTo(1);
        assertThat(mesh.errors().lines().toList().getLast()).contains(why);
    }

    private static List<InstanceView> of(List<InstanceView> instances, String release) {
        return instances.stream().filter(one -> one.isOf(Release.parse(release))).toList();
    }

    /** With files in place of the links that the bundle has. */
    private Path copy(String name) throws IOException {
        var copy = bundles.resolve(name);
        try (Stream<Path> files = Files.walk(BUNDLE, FileVisitOption.FOLLOW_LINKS)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(BUNDLE.relativize(file).toString()));
            }
        }
        return copy;
    }

    private static StartRequest bundle(Path folder) {
        return new StartRequest("image", folder.toString(), "", "", "1");
    }
}
