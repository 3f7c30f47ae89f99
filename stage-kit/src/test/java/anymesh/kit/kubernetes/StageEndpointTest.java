// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static anymesh.kit.kubernetes.HandMadeSlices.conditions;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.kubernetes.StageEndpoint.Condition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

final class StageEndpointTest {
    private static EndpointSliceBuilder slice(String service, String pod, String address,
            @Nullable EndpointConditions conditions) {
        var endpoint = new EndpointBuilder().withAddresses(address).withConditions(conditions).withNewTargetRef()
                .withKind("Pod").withName(pod).endTargetRef().build();
        return new EndpointSliceBuilder().withAddressType("IPv4").withNewMetadata()
                .addToLabels("kubernetes.io/service-name", service).endMetadata().addToEndpoints(endpoint);
    }

    private static EndpointSliceBuilder grpc(String service, String pod, String address,
            @Nullable EndpointConditions conditions) {
        return slice(service, pod, address, conditions).addNewPort().withName("grpc").withPort(7010).endPort();
    }

    private static List<StageEndpoint> read(EndpointSliceBuilder... slices) {
        return List.copyOf(StageEndpoint.of(List.of(slices).stream().map(EndpointSliceBuilder::build).toList(),
                Set.of("encoder", "backbone")).values());
    }

    private static Condition condition(@Nullable EndpointConditions conditions) {
        return read(grpc("encoder", "a", "10.0.0.1", conditions)).getFirst().condition();
    }

    @Test
    void conditionsMeanWhatTheApiSays() {
        assertThat(condition(conditions(true, true, false))).isEqualTo(Condition.READY);
        assertThat(condition(conditions(false, false, false))).isEqualTo(Condition.UNREADY);
        assertThat(condition(conditions(false, true, true))).isEqualTo(Condition.TERMINATING);
        assertThat(condition(conditions(false, false, true))).isEqualTo(Condition.TERMINATING);
        assertThat(condition(null)).as("not said").isEqualTo(Condition.READY);
        assertThat(condition(new EndpointConditionsBuilder().withReady(false).build())).as("of an old controller")
                .isEqualTo(Condition.UNREADY);
        assertThat(condition(conditions(true, false, false))).as("publishNotReadyAddresses")
                .isEqualTo(Condition.UNREADY);
    }

    @Test
    void aPodBehindTwoServicesIsOneInWhateverOrderTheyCome() {
        var plain = grpc("encoder", "a", "10.0.0.1", conditions(true, true, false));
        var late = grpc("encoder", "a", "10.0.0.1", conditions(true, true, true));
        var six = grpc("encoder", "a", "fd00::1", conditions(true, true, true)).withAddressType("IPv6");
        assertThat(read(plain, late, six)).isEqualTo(read(six, late, plain))
                .containsExactly(new StageEndpoint("a", "encoder", "10.0.0.1", 7010, 0, Condition.TERMINATING));
    }

    @Test
    void theLabelGoesBeforeTheName() {
        var slice = grpc("encoder", "a", "10.0.0.1", null).editMetadata().addToLabels("anymesh.io/service", "backbone")
                .endMetadata();
        assertThat(read(slice)).extracting(StageEndpoint::service).containsExactly("backbone");
    }

    @Test
    void thePortIsTheOneThatIsCalledGrpcOrTheOnlyOne() {
        var only = slice("encoder", "a", "10.0.0.1", null).addNewPort().withPort(1).endPort();
        var named = slice("encoder", "b", "10.0.0.2", null).addNewPort().withName("http").withPort(2).endPort()
                .addNewPort().withName("grpc").withPort(3).endPort();
        var neither = slice("encoder", "c", "10.0.0.3", null).addNewPort().withName("http").withPort(2).endPort()
                .addNewPort().withName("metrics").withPort(4).endPort();
        var none = slice("encoder", "d", "10.0.0.4", null);
        assertThat(read(only, named, neither, none)).containsExactly(
                new StageEndpoint("a", "encoder", "10.0.0.1", 1, 0, Condition.READY),
                new StageEndpoint("b", "encoder", "10.0.0.2", 3, 2, Condition.READY));
    }

    @Test
    void whatIsNoPodIsCalledByItsAddress() {
        EndpointSlice slice = grpc("encoder", "a", "10.0.0.1", null).editFirstEndpoint().withTargetRef(null)
                .endEndpoint().build();
        assertThat(StageEndpoint.of(List.of(slice), Set.of("encoder"))).containsOnlyKeys("encoder@10.0.0.1:7010");
    }
}
