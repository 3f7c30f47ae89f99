// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import org.junit.jupiter.api.Test;

/** OpenAI's own Python client against the running gateway, plain and streamed. */
final class OpenAiClientIT {

    @Test
    void openAisClientTalksToTheGatewayAsToItsOwnServer() throws Exception {
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0)) {
            var output = Python.run("mesh-it/src/test/python/openai_client.py", mesh.url(), "models/fixtures/bell.png");
            assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSizeGreaterThan(20);
        }
    }
}
