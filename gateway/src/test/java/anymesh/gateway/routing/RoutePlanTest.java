// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.gateway.waiting.NoInstance;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.v1.StageDescription;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.StageUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RoutePlanTest {
    private static final RouteNeeds TEXT = new RouteNeeds("toyworld", Map.of(), Map.of());
    private static final RouteNeeds PICTURE = new RouteNeeds("toyworld", Map.of(Modality.IMAGE, "messages[0]"),
            Map.of());

    private static StageInstance stage(String id, String service, String accepts, String produces, String... sizes) {
        var capability = Capability.newBuilder().setModality(Modality.IMAGE).addAllSizes(List.of(sizes));
        if (!accepts.isEmpty()) {
            capability.addAccepts(accepts);
        }
        if (!produces.isEmpty()) {
            capability.addProduces(produces);
        }
        return new StageInstance(id, service, "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().setBundle("toyworld").setVersion("1").addCapabilities(capability)
                        .build());
    }

    private static final StageInstance ENCODER = stage("e1", "encoder", "", "features");
    private static final StageInstance INPUT = stage("i1", "input-projector", "features", "llm");
    private static final StageInstance BACKBONE = stage("b1", "backbone", "llm", "signal");
    private static final StageInstance OUTPUT = stage("o1", "output-projector", "signal", "cond");
    private static final StageInstance GENERATOR = stage("g1", "generator-image", "cond", "", "128x128");
    private static final List<StageInstance> ALL = List.of(ENCODER, INPUT, BACKBONE, OUTPUT, GENERATOR);

    private static List<StageInstance> with(StageInstance... more) {
        var all = new ArrayList<>(ALL);
        all.addAll(List.of(more));
        return all;
    }

    /** A draw as another request might have it. */
    private static List<Draw> draws(int count) {
        return LongStream.range(0, count).mapToObj(Draw::new).toList();
    }

    private static StageInstance version(StageInstance of, String version) {
        return new StageInstance(of.id() + "-" + version, of.service(), of.host(), of.grpcPort(), of.httpPort(),
                of.pid(), of.state(), of.description().toBuilder().setVersion(version).build());
    }

    private static StageInstance inSpaces(StageInstance of, String accepts, String produces) {
        var template = stage(of.id(), of.service(), accepts, produces, "128x128").description().toBuilder();
        return new StageInstance(of.id(), of.service(), of.host(), of.grpcPort(), of.httpPort(), of.pid(), of.state(),
                template.setVersion(of.release().version()).build());
    }

    private static RoutePlan plan(RouteNeeds needs, List<StageInstance> snapshot) {
        return RoutePlan.of(needs, RouteTable.EMPTY, snapshot, new Draw(1));
    }

    private static RouteTable table(String name, Share... shares) {
        return new RouteTable(Map.of(name, new Route(List.of(shares))));
    }

    private static Share share(int weight, String... releases) {
        return new Share(Stream.of(releases).map(Release::parse).collect(Collectors.toSet()), weight);
    }

    private static List<StageInstance> without(StageInstance missing) {
        return ALL.stream().filter(instance -> !instance.equals(missing)).toList();
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        assertThat(plan(PICTURE, ALL)).isEqualTo(plan(PICTURE, ALL));
    }

    @Test
    void withoutARouteAReleaseGetsAsMuchAsItHasInstances() {
        var snapshot = with(version(BACKBONE, "2"), stage("b2", "backbone", "llm", "signal"),
                stage("b3", "backbone", "llm", "signal"));
        var share = draws(4_000).stream().filter(draw -> RoutePlan.of(TEXT, RouteTable.EMPTY, snapshot, draw).backbone()
                .release().version().equals("2")).count() / 4_000.0;
        assertThat(share).isCloseTo(0.25, within(0.03)); // four standard deviations
    }

    @Test
    void aRouteSharesOutByWeightWhateverTheNumberOfInstances() {
        var snapshot = with(version(GENERATOR, "2"), version(OUTPUT, "9"));
        var table = table("output/image", share(5, "generator-image=toyworld@2"),
                share(95, "generator-image=toyworld@1"));
        var share = draws(4_000).stream().filter(draw -> RoutePlan.of(TEXT, table, snapshot, draw)
                .output(Modality.IMAGE, OutputNeeds.ANY, snapshot).generator().release().version().equals("2")).count()
                / 4_000.0;
        assertThat(share).isCloseTo(0.05, within(0.014));
    }

    @Test
    void theLotsOfTwoServicesSayNothingOfEachOther() {
        var snapshot = with(version(ENCODER, "2"), version(GENERATOR, "2"));
        var both = draws(4_000).stream().map(draw -> RoutePlan.of(PICTURE, RouteTable.EMPTY, snapshot, draw))
                .filter(plan -> Objects.requireNonNull(plan.inputs().get(Modality.IMAGE)).encoder().release().version()
                        .equals("2"))
                .filter(plan -> plan.output(Modality.IMAGE, OutputNeeds.ANY, snapshot).generator().release().version()
                        .equals("2"))
                .count() / 4_000.0;
        assertThat(both).isCloseTo(0.25, within(0.03));
    }

    @Test
    void whatNoShareNamesGetsNothing() {
        var snapshot = with(version(GENERATOR, "2"));
        var table = table("output/image", share(1, "generator-image=toyworld@1"),
                share(0, "generator-image=toyworld@2"));
        assertThat(draws(200)).allSatisfy(draw -> assertThat(RoutePlan.of(TEXT, table, snapshot, draw)
                .output(Modality.IMAGE, OutputNeeds.ANY, snapshot).generator().release())
                .hasToString("generator-image=toyworld@1"));
    }

    @Test
    void aStickyRouteKeepsACallerWhereItWas() {
        var snapshot = with(version(GENERATOR, "2"));
        var shares = List.of(share(1, "generator-image=toyworld@1"), share(1, "generator-image=toyworld@2"));
        var table = new RouteTable(Map.of("output/image", new Route(shares, 0, true)));
        var chosen = draws(200).stream().map(draw -> new Draw(draw.seed(), "alice"))
                .map(draw -> RoutePlan.of(TEXT, table, snapshot, draw).output(Modality.IMAGE, OutputNeeds.ANY, snapshot)
                        .generator().release())
                .distinct();
        assertThat(chosen).hasSize(1);
        var others = LongStream.range(0, 200).mapToObj(i -> new Draw(1, "caller " + i))
                .map(draw -> RoutePlan.of(TEXT, table, snapshot, draw).output(Modality.IMAGE, OutputNeeds.ANY, snapshot)
                        .generator().release())
                .distinct();
        assertThat(others).hasSize(2);
    }

    @Test
    void nobodyWaitsForAReleaseOnTrial() {
        var fresh = new Share(Set.of(Release.parse("generator-image=toyworld@2")), 100, "swap");
        var table = table("output/image", share(0, "generator-image=toyworld@1"), fresh);
        var plan = RoutePlan.of(TEXT, table, ALL, new Draw(1));
        assertThat(plan.output(Modality.IMAGE, OutputNeeds.ANY, ALL).isOnTrial()).isFalse();
        var there = with(version(GENERATOR, "2"));
        var path = plan.output(Modality.IMAGE, OutputNeeds.ANY, there);
        assertThat(path.isOnTrial()).isTrue();
        assertThat(plan.other(Modality.IMAGE, path, OutputNeeds.ANY, there).orElseThrow().generator().release())
                .hasToString("generator-image=toyworld@1");
    }

    @Test
    void aCandidateServesWhereItIsNamedOnly() {
        var candidate = version(GENERATOR, "2");
        var described = new StageInstance(candidate.id(), candidate.service(), candidate.host(), candidate.grpcPort(),
                candidate.httpPort(), candidate.pid(), candidate.state(),
                candidate.description().toBuilder().setCandidate(true).build());
        var snapshot = Stream.concat(without(GENERATOR).stream(), Stream.of(described)).toList();
        assertThatThrownBy(() -> plan(TEXT, snapshot).output(Modality.IMAGE, OutputNeeds.ANY, snapshot))
                .isInstanceOf(NoInstance.class);
        var table = table("output/image", share(1, "generator-image=toyworld@2"));
        assertThat(RoutePlan.of(TEXT, table, snapshot, new Draw(1))
                .output(Modality.IMAGE, OutputNeeds.ANY, snapshot).generator().release().version()).isEqualTo("2");
    }

    @Test
    void whatSpeaksNobodysSpaceIsNamedWithBothSpaces() {
        var two = Set.of(Release.parse("generator-image=toyworld@2"));
        assertThat(Fit.misfit(Modality.IMAGE, two, with(version(GENERATOR, "2")))).isEmpty();
        assertThat(Fit.misfit(Modality.IMAGE, two, ALL)).as("nobody knows yet").isEmpty();
        var odd = with(inSpaces(version(GENERATOR, "2"), "cond-v2", ""));
        assertThat(Fit.misfit(Modality.IMAGE, two, odd)).contains("output-projector=toyworld@1 makes [cond]",
                "generator-image=toyworld@2 takes [cond-v2]", "they don't join");
        var both = Set.of(Release.parse("generator-image=toyworld@2"), Release.parse("output-projector=toyworld@2"));
        var together = new ArrayList<>(odd);
        together.add(inSpaces(version(OUTPUT, "2"), "signal", "cond-v2"));
        assertThat(Fit.misfit(Modality.IMAGE, both, together)).isEmpty();
        together.set(together.size() - 1, inSpaces(version(OUTPUT, "2"), "signal-v2", "cond-v2"));
        assertThat(Fit.misfit(Modality.IMAGE, both, together)).contains("backbone=toyworld@1 makes [signal]",
                "output-projector=toyworld@2 takes [signal-v2]");
    }

    @Test
    void whatAReleaseCannotHonourIsRefusedByItsName() {
        var few = new OutputNeeds(null, 20, null);
        var described = GENERATOR.description().toBuilder();
        described.setCapabilities(0, described.getCapabilities(0).toBuilder().setMaxInferenceSteps(2)
                .setMaxGuidanceScale(1));
        var two = new StageInstance(GENERATOR.id(), GENERATOR.service(), GENERATOR.host(), GENERATOR.grpcPort(),
                GENERATOR.httpPort(), GENERATOR.pid(), GENERATOR.state(), described.build());
        var snapshot = Stream.concat(without(GENERATOR).stream(), Stream.of(two)).toList();
        var plan = plan(TEXT, snapshot);
        assertThatThrownBy(() -> plan.output(Modality.IMAGE, few, snapshot)).isInstanceOfSatisfying(InvalidInput.class,
                refused -> assertThat(refused.param()).isEqualTo("num_inference_steps"));
        assertThatThrownBy(() -> plan.output(Modality.IMAGE, new OutputNeeds(null, null, 7f), snapshot))
                .isInstanceOfSatisfying(InvalidInput.class,
                        refused -> assertThat(refused.param()).isEqualTo("guidance_scale"));
    }

    @Test
    void aProjectorAndAGeneratorGoTogether() {
        var snapshot = with(inSpaces(version(OUTPUT, "2"), "signal", "cond-v2"),
                inSpaces(version(GENERATOR, "2"), "cond-v2", ""));
        var table = table("output/image", share(1, "generator-image=toyworld@1", "output-projector=toyworld@1"),
                share(1, "generator-image=toyworld@2", "output-projector=toyworld@2"));
        assertThat(draws(100)).allSatisfy(draw -> {
            var path = RoutePlan.of(TEXT, table, snapshot, draw).output(Modality.IMAGE, OutputNeeds.ANY, snapshot);
            assertThat(path.projector().release().version()).isEqualTo(path.generator().release().version());
        });
    }

    @Test
    void whatARouteNamesIsWaitedForThoughAnotherReleaseServes() {
        var table = table("output/image", share(1, "generator-image=toyworld@2"));
        var plan = RoutePlan.of(TEXT, table, ALL, new Draw(1));
        assertThatThrownBy(() -> plan.output(Modality.IMAGE, OutputNeeds.ANY, ALL)).isInstanceOfSatisfying(
                NoInstance.class,
                missing -> assertThat(missing.service()).isEqualTo("generator-image"));
        var later = with(version(GENERATOR, "2"));
        assertThat(plan.output(Modality.IMAGE, OutputNeeds.ANY, later).generator().release().version()).isEqualTo("2");
    }

    @Test
    void theRoutesOfAPlanAreThoseThatItWasMadeBy() {
        var snapshot = with(version(GENERATOR, "2"));
        var plan = RoutePlan.of(TEXT, table("output/image", share(1, "generator-image=toyworld@2")), snapshot,
                new Draw(1));
        assertThat(plan.output(Modality.IMAGE, OutputNeeds.ANY, snapshot).generator().release().version())
                .isEqualTo("2");
    }

    @Test
    void aModelIsWhatARouteCallsSo() {
        var snapshot = with(version(BACKBONE, "2"));
        var needs = new RouteNeeds("best", Map.of(), Map.of());
        var table = table("model/best", share(1, "backbone=toyworld@2"));
        assertThat(RoutePlan.of(needs, table, snapshot, new Draw(1)).backbone().release().version()).isEqualTo("2");
        assertThat(RoutePlan.of(TEXT, table, snapshot, new Draw(1)).backbone().release().bundle())
                .isEqualTo("toyworld");
        assertThatThrownBy(() -> plan(needs, snapshot)).isInstanceOf(RouteRefused.class);
    }

    @Test
    void aRouteUnderABundlesNameSaysWhichVersionsAreMeantByIt() {
        var snapshot = with(version(BACKBONE, "2"));
        var table = table("model/toyworld", share(1, "backbone=toyworld@1"));
        assertThat(draws(50)).allSatisfy(draw -> {
            assertThat(RoutePlan.of(TEXT, table, snapshot, draw).backbone().release().version()).isEqualTo("1");
            assertThat(RoutePlan.of(new RouteNeeds(null, Map.of(), Map.of()), table, snapshot, draw).backbone()
                    .release().version()).isEqualTo("1");
        });
    }

    @Test
    void onlyServingInstancesAreTaken() {
        var snapshot = with(version(BACKBONE, "2").with(StageState.DRAINING));
        assertThat(draws(20)).allSatisfy(draw -> assertThat(RoutePlan.of(TEXT, RouteTable.EMPTY, snapshot, draw)
                .backbone().release().version()).isEqualTo("1"));
    }

    @Test
    void stagesAreJoinedWhereTheirSpacesMatch() {
        var snapshot = with(stage("e0", "encoder", "", "features-v2"),
                stage("i0", "input-projector", "features-v2", "llm-v2"),
                stage("b0", "backbone", "llm-v2", "signal"));
        assertThat(draws(20)).allSatisfy(draw -> {
            var plan = RoutePlan.of(PICTURE, RouteTable.EMPTY, snapshot, draw);
            var path = Objects.requireNonNull(plan.inputs().get(Modality.IMAGE));
            assertThat(List.of(path.encoder().produces(Modality.IMAGE), path.projector().produces(Modality.IMAGE),
                    plan.backbone().accepts(Modality.IMAGE))).isIn(
                            List.of(Set.of("features"), Set.of("llm"), Set.of("llm")),
                            List.of(Set.of("features-v2"), Set.of("llm-v2"), Set.of("llm-v2")));
        });
    }

    private static StageInstance encoder(List<String> produces, List<String> joint) {
        return new StageInstance("e1", "encoder", "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().setBundle("toyworld").setVersion("1").addCapabilities(
                        Capability.newBuilder().setModality(Modality.IMAGE).addAllProduces(produces).addAllJoint(joint))
                        .build());
    }

    private static Representation asked(StageInstance encoder, StageInstance projector) {
        var plan = plan(PICTURE, List.of(encoder, projector, BACKBONE));
        return Objects.requireNonNull(plan.inputs().get(Modality.IMAGE)).representation();
    }

    @Test
    void theEncoderIsAskedForWhatTheProjectorTakes() {
        var both = encoder(List.of("features", "joint"), List.of("joint"));
        var takesBoth = new StageInstance("i1", "input-projector", "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().addCapabilities(Capability.newBuilder().setModality(Modality.IMAGE)
                        .addAllAccepts(List.of("features", "joint")).addProduces("llm")).build());

        assertThat(asked(both, INPUT)).isEqualTo(Representation.FEATURES);
        assertThat(asked(both, stage("i1", "input-projector", "joint", "llm")))
                .isEqualTo(Representation.JOINT_EMBEDDING);
        assertThat(asked(both, takesBoth)).isEqualTo(Representation.FEATURES);
        assertThat(asked(encoder(List.of("joint"), List.of("joint")), takesBoth))
                .isEqualTo(Representation.JOINT_EMBEDDING);
        assertThat(asked(ENCODER, INPUT)).as("an encoder that does not tell them apart")
                .isEqualTo(Representation.FEATURES);
        assertThatThrownBy(() -> asked(encoder(List.of("joint"), List.of("joint")), INPUT))
                .isInstanceOf(ContractMismatch.class);
    }

    @Test
    void aChainThatDoesNotMatchIsRefusedBeforeAnyCall() {
        var snapshot = new ArrayList<>(without(INPUT));
        snapshot.add(stage("i1", "input-projector", "features", "llm-v2"));
        assertThatThrownBy(() -> plan(PICTURE, snapshot)).isInstanceOf(ContractMismatch.class)
                .hasMessageContaining("image").hasMessageContaining("llm");
        var plan = plan(TEXT, with());
        assertThat(plan.output(Modality.IMAGE, OutputNeeds.ANY, with()).generator())
                .isEqualTo(Hop.of(Modality.IMAGE, GENERATOR));
        var other = new ArrayList<>(without(GENERATOR));
        other.add(stage("g1", "generator-image", "cond-v2", ""));
        assertThatThrownBy(() -> plan(TEXT, other).output(Modality.IMAGE, OutputNeeds.ANY, other))
                .isInstanceOf(ContractMismatch.class);
    }

    @Test
    void textNeedsTheBackboneOnly() {
        assertThat(plan(TEXT, List.of(BACKBONE)).inputs()).isEmpty();
    }

    @Test
    void theGeneratorThatDrawsInTheSizeIsPreferred() {
        var snapshot = with(stage("g2", "generator-image", "cond", "", "256x256"));
        assertThat(draws(20)).allSatisfy(draw -> assertThat(RoutePlan.of(TEXT, RouteTable.EMPTY, snapshot, draw)
                .output(Modality.IMAGE, new OutputNeeds("256x256", null, null), snapshot).generator().sizes())
                .containsExactly("256x256"));
    }

    @Test
    void whatWasChosenForASizeDrawsItWhateverComesLater() {
        var snapshot = with(stage("g0", "generator-image", "cond", "", "256x256"));
        var plan = plan(TEXT, snapshot);
        var fixed = plan.with(Modality.IMAGE,
                plan.output(Modality.IMAGE, new OutputNeeds("256x256", null, null), snapshot));
        var later = with(stage("g2", "generator-image", "cond", "", "512x512"));
        assertThat(fixed.output(Modality.IMAGE, new OutputNeeds("256x256", null, null), later).generator().sizes())
                .containsExactly("256x256");
        assertThatThrownBy(() -> plan.output(Modality.IMAGE, new OutputNeeds("256x256", null, null), later))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("size"))
                .hasMessageContaining("128x128").hasMessageContaining("512x512");
    }

    @Test
    void whereNoModelIsNamedItIsTheFirstByNameThatMakesWhatIsAskedFor() {
        var other = stage("b0", "backbone", "llm", "signal");
        var alphabetical = new StageInstance("b9", "backbone", "h", 1, 1, 1, StageState.SERVING,
                other.description().toBuilder().setBundle("atom").build());
        var silent = new StageInstance("b8", "backbone", "h", 1, 1, 1, StageState.SERVING, StageDescription.newBuilder()
                .setBundle("aaa").setVersion("1").addCapabilities(Capability.newBuilder().setModality(Modality.TEXT))
                .build());
        var needs = new RouteNeeds(null, Map.of(), Map.of(Modality.IMAGE, "model"));
        assertThat(draws(20)).allSatisfy(draw -> assertThat(RoutePlan.of(needs, RouteTable.EMPTY,
                with(alphabetical, silent), draw).backbone().release().bundle()).isEqualTo("atom"));
        assertThatThrownBy(() -> plan(needs, List.of(silent))).isInstanceOf(RouteRefused.class);
    }

    private static void assertMissing(List<StageInstance> snapshot, Class<? extends MeshException> reason) {
        assertThatThrownBy(() -> plan(TEXT, snapshot)).isInstanceOfSatisfying(NoInstance.class, missing -> {
            assertThat(missing.service()).isEqualTo("backbone");
            assertThat(missing.reason()).isInstanceOf(reason);
        });
    }

    @Test
    void whatIsNotThereNowIsToldFromWhatIsNotThereAtAll() {
        assertThatThrownBy(() -> plan(new RouteNeeds("gpt-4o", Map.of(), Map.of()), ALL))
                .isInstanceOf(RouteRefused.class).hasMessageContaining("gpt-4o");
        assertMissing(without(BACKBONE), StageUnavailable.class);
        var loading = new StageInstance("b1", "backbone", "h", 0, 0, 1, StageState.LOADING,
                StageDescription.getDefaultInstance());
        assertMissing(List.of(loading), ModelNotReady.class);
        assertMissing(List.of(BACKBONE.with(StageState.FAILED)), StageUnavailable.class);
        assertThatThrownBy(
                () -> plan(new RouteNeeds("toyworld", Map.of(Modality.AUDIO, "messages[0]"), Map.of()), ALL))
                .isInstanceOfSatisfying(RouteRefused.class,
                        refused -> assertThat(refused.param()).isEqualTo("messages[0]"));
        assertThatThrownBy(
                () -> plan(new RouteNeeds("toyworld", Map.of(), Map.of(Modality.VIDEO, "modalities")), ALL))
                .isInstanceOf(RouteRefused.class);
    }
}
