// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.balance.Ejection;
import anymesh.gateway.balance.SlowStart;
import anymesh.gateway.client.CallSettings;
import anymesh.gateway.client.CallSettings.Retries;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stages are well, the network to one of two is not. Each answer must be the one that an undisturbed mesh gives. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetworkFaultTest {
    private static final String ALL = chat(
            "[{'type':'text','text':'a|dice|image|look|dice|b|image|dice|c'}," + picture("PIC") + "]", "'seed':5");

    private TestingMesh mesh = mesh(Duration.ofSeconds(1), Duration.ofMillis(2500));

    private static TestingMesh mesh(Duration answerTimeout, Duration stallTimeout) {
        return new TestingMesh(TestingMesh.config().withStages(new CallSettings(Duration.ofSeconds(1),
                Duration.ofMillis(200), answerTimeout, stallTimeout, Duration.ZERO, new Retries(2, 0.2, 10),
                Ejection.defaults(), SlowStart.defaults())));
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private String answer() {
        return TestingClient.essence(mesh.client.post(CHAT, ALL));
    }

    /** All work of this service goes over the link, until a second instance has joined. */
    private FaultyLink link(String service) {
        var link = FaultyLink.to(mesh.instance(service).grpcPort());
        mesh.register(service, service + "-1", link.port());
        return link;
    }

    /** With times to give up after that no busy machine comes near. */
    @Test
    void aSlowLinkIsNoFault() throws IOException {
        mesh.close();
        mesh = mesh(Duration.ofSeconds(20), Duration.ofSeconds(60));
        var undisturbed = answer();
        try (var link = link("backbone")) {
            link.slowDown(100);
            assertThat(answer()).isEqualTo(undisturbed);
            assertThat(link.carried()).as("the answer came this way").isPositive();
        }
        assertThat(mesh.metric("anymesh_gateway_retries_total")).isZero();
        assertThat(mesh.metric("anymesh_gateway_ejections_total")).isZero();
    }

    /** Before anything came, in the middle of the answer and near its end. */
    @ParameterizedTest
    @CsvSource({"backbone,0", "backbone,150", "backbone,300", "generator-image,0", "generator-image,150", "encoder,0"})
    void aLinkThatBreaksIsNotNoticed(String service, long bytes) throws IOException {
        var undisturbed = answer();
        try (var link = link(service)) {
            assertThat(answer()).as("over the link while it is well").isEqualTo(undisturbed);
            mesh.serve(service, 2);
            link.cutAfter(bytes);
            for (int i = 0; i < 20 && again() == 0; i++) {
                assertThat(answer()).isEqualTo(undisturbed);
            }
            assertThat(again()).as("a call was cut").isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void aLinkThatLosesEverythingIsGivenUpAndItsInstanceEjected(String service) throws IOException {
        var undisturbed = answer();
        try (var link = link(service)) {
            assertThat(answer()).as("over the link while it is well").isEqualTo(undisturbed);
            mesh.serve(service, 2);
            link.swallowAfter(0);
            for (int i = 0; i < 20 && again() == 0; i++) {
                assertThat(answer()).isEqualTo(undisturbed);
            }
            assertThat(
                    mesh.metric("anymesh_gateway_instance_ejected", "stage_instance=\"%s-1\"".formatted(service)))
                    .isEqualTo(1);
        }
    }

    private double again() {
        return mesh.metric("anymesh_gateway_retries_total");
    }
}
