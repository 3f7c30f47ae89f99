// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.ModelBundle;
import anymesh.v1.Modality;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServiceKindTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @Test
    void everyComponentHasAServiceAndEveryMediumAGenerator() {
        assertThat(ServiceKind.ALL).extracting(ServiceKind::component).contains(Component.values());
        assertThat(ServiceKind.ALL).extracting(ServiceKind::component).isSorted(); // as a request goes
        assertThat(ServiceKind.ALL.stream().flatMap(kind -> kind.makes().stream())).isEqualTo(Modalities.MEDIA);
        assertThat(ServiceKind.NAMES).containsExactly("encoder", "input-projector", "backbone", "output-projector",
                "generator-image", "generator-audio", "generator-video");
    }

    @Test
    void noTwoOfThemListenAtOnePort() {
        assertThat(ServiceKind.ALL.stream().flatMap(kind -> Stream.of(kind.grpcPort(), kind.httpPort())))
                .doesNotHaveDuplicates();
    }

    @Test
    void theBundleThatComesWithEachIsOfItsComponent() {
        assertThat(ServiceKind.ALL).allSatisfy(kind -> assertThat(
                ModelBundle.manifest(HOME.resolve(kind.builtIn()), kind.component()).component())
                .isEqualTo(kind.component()));
    }

    @Test
    void eachIsAskedByItsOwnService() {
        assertThat(ServiceKind.ALL.stream().map(kind -> kind.describe().getServiceName()).distinct())
                .hasSameSizeAs(Component.values());
    }

    @Test
    void whatIsNoServiceAndNoModalityIsRefusedByName() {
        assertThatThrownBy(() -> ServiceKind.require("generator-smell"))
                .hasMessageContaining("there is no service 'generator-smell' (there are encoder, ");
        assertThatThrownBy(() -> ServiceKind.generator(Modality.TEXT)).hasMessageContaining("no generator of text");
        assertThatThrownBy(() -> Modalities.requireMedium("text"))
                .hasMessage("modality: text (expected: one of image, audio, video)");
        assertThat(List.of("modality_unspecified", "unrecognized", "", "smell")).allSatisfy(
                name -> assertThat(Modalities.named(name)).isEmpty());
        assertThat(Modalities.named(null)).isEmpty();
        assertThat(Modalities.named("Image")).contains(Modality.IMAGE);
    }
}
