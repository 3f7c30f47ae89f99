// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.waiting.NoInstance;
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
import java.util.stream.LongStream;
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

    private static List<StageInstance> without(StageInstance missing) {
        return ALL.stream().filter(instance -> !instance.equals(missing)).toList();
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        assertThat(RoutePlan.of(PICTURE, ALL, 3)).isEqualTo(RoutePlan.of(PICTURE, ALL, 3));
    }

    @Test
    void successiveTicketsTakeInstancesInTurn() {
        var snapshot = with(stage("b2", "backbone", "llm", "signal"), stage("b3", "backbone", "llm", "signal"));
        assertThat(LongStream.range(0, 6).mapToObj(t -> RoutePlan.of(TEXT, snapshot, t).backbone().instance().id()))
                .containsExactly("b1", "b2", "b3", "b1", "b2", "b3");
    }

    @Test
    void onlyServingInstancesAreTaken() {
        var snapshot = with(stage("b2", "backbone", "llm", "signal").with(StageState.DRAINING));
        assertThat(RoutePlan.of(TEXT, snapshot, 1).backbone().instance().id()).isEqualTo("b1");
    }

    @Test
    void stagesAreJoinedWhereTheirSpacesMatch() {
        var snapshot = with(stage("e0", "encoder", "", "features-v2"),
                stage("i0", "input-projector", "features-v2", "llm-v2"),
                stage("b0", "backbone", "llm-v2", "signal"));
        for (long ticket = 0; ticket < 4; ticket++) {
            var plan = RoutePlan.of(PICTURE, snapshot, ticket);
            var path = Objects.requireNonNull(plan.inputs().get(Modality.IMAGE));
            assertThat(
                    path.encoder().instance().id() + path.projector().instance().id() + plan.backbone().instance().id())
                    .isIn("e0i0b0", "e1i1b1");
        }
    }

    private static StageInstance encoder(List<String> produces, List<String> joint) {
        return new StageInstance("e1", "encoder", "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().setBundle("toyworld").setVersion("1").addCapabilities(
                        Capability.newBuilder().setModality(Modality.IMAGE).addAllProduces(produces).addAllJoint(joint))
                        .build());
    }

    private static Representation asked(StageInstance encoder, StageInstance projector) {
        var plan = RoutePlan.of(PICTURE, List.of(encoder, projector, BACKBONE), 0);
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
        assertThatThrownBy(() -> RoutePlan.of(PICTURE, snapshot, 0)).isInstanceOf(ContractMismatch.class)
                .hasMessageContaining("image").hasMessageContaining("llm");
        var plan = RoutePlan.of(TEXT, with(), 0);
        assertThat(plan.output(Modality.IMAGE, null, with()).generator().instance().id()).isEqualTo("g1");
        var other = new ArrayList<>(without(GENERATOR));
        other.add(stage("g1", "generator-image", "cond-v2", ""));
        assertThatThrownBy(() -> RoutePlan.of(TEXT, other, 0).output(Modality.IMAGE, null, other))
                .isInstanceOf(ContractMismatch.class);
    }

    @Test
    void textNeedsTheBackboneOnly() {
        assertThat(RoutePlan.of(TEXT, List.of(BACKBONE), 0).inputs()).isEmpty();
    }

    @Test
    void theGeneratorThatDrawsInTheSizeIsPreferred() {
        var snapshot = with(stage("g2", "generator-image", "cond", "", "256x256"));
        for (long ticket = 0; ticket < 2; ticket++) {
            assertThat(
                    RoutePlan.of(TEXT, snapshot, ticket).output(Modality.IMAGE, "256x256", snapshot).generator()
                            .instance().id())
                    .isEqualTo("g2");
        }
    }

    @Test
    void whatWasChosenForASizeDrawsItWhateverComesLater() {
        var snapshot = with(stage("g0", "generator-image", "cond", "", "256x256"));
        var plan = RoutePlan.of(TEXT, snapshot, 0);
        var fixed = plan.with(Modality.IMAGE, plan.output(Modality.IMAGE, "256x256", snapshot));
        var later = with(stage("g2", "generator-image", "cond", "", "512x512"));
        assertThat(fixed.output(Modality.IMAGE, "256x256", later).generator().instance().id()).isEqualTo("g0");
        assertThatThrownBy(() -> plan.output(Modality.IMAGE, "256x256", later))
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
        for (long ticket = 0; ticket < 3; ticket++) {
            assertThat(RoutePlan.of(needs, with(alphabetical, silent), ticket).backbone().bundle()).isEqualTo("atom");
        }
        assertThatThrownBy(() -> RoutePlan.of(needs, List.of(silent), 0)).isInstanceOf(RouteRefused.class);
    }

    private static void assertMissing(List<StageInstance> snapshot, Class<? extends MeshException> reason) {
        assertThatThrownBy(() -> RoutePlan.of(TEXT, snapshot, 0)).isInstanceOfSatisfying(NoInstance.class, missing -> {
            assertThat(missing.service()).isEqualTo("backbone");
            assertThat(missing.reason()).isInstanceOf(reason);
        });
    }

    @Test
    void whatIsNotThereNowIsToldFromWhatIsNotThereAtAll() {
        assertThatThrownBy(() -> RoutePlan.of(new RouteNeeds("gpt-4o", Map.of(), Map.of()), ALL, 0))
                .isInstanceOf(RouteRefused.class).hasMessageContaining("gpt-4o");
        assertMissing(without(BACKBONE), StageUnavailable.class);
        var loading = new StageInstance("b1", "backbone", "h", 0, 0, 1, StageState.LOADING,
                StageDescription.getDefaultInstance());
        assertMissing(List.of(loading), ModelNotReady.class);
        assertMissing(List.of(BACKBONE.with(StageState.FAILED)), StageUnavailable.class);
        assertThatThrownBy(
                () -> RoutePlan.of(new RouteNeeds("toyworld", Map.of(Modality.AUDIO, "messages[0]"), Map.of()),
                        ALL, 0))
                .isInstanceOfSatisfying(RouteRefused.class,
                        refused -> assertThat(refused.param()).isEqualTo("messages[0]"));
        assertThatThrownBy(
                () -> RoutePlan.of(new RouteNeeds("toyworld", Map.of(), Map.of(Modality.VIDEO, "modalities")),
                        ALL, 0))
                .isInstanceOf(RouteRefused.class);
    }
}
