// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.decode;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.EmbeddingBatch;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImagesGenerationsTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private JsonNode ask(String fields) {
        var answer = mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a red bell'" + fields + "}"));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void theModelMayBeLeftOut() {
        assertThat(mesh.client.post(IMAGES, json("{'prompt':'a red bell'}")).status()).isEqualTo(200);
    }

    @Test
    void onePromptIsDrawnThreeTimesWithSuccessiveSeeds() {
        var answer = ask(",'n':3,'seed':5");
        assertThat(answer.path("data").findValuesAsText("b64_json").stream().map(b64 -> decode("," + b64)))
                .containsExactly("PIC:11:5", "PIC:11:6", "PIC:11:7");
        assertThat(answer.path("usage").path("stages").findValuesAsText("stage").stream()
                .filter("backbone"::equals)).hasSize(1);
    }

    @Test
    void theAnswerHasOpenAisShape() {
        var answer = ask(
                ",'size':'auto','quality':'high','background':'opaque','user':'u','moderation':'low','style':'vivid'");
        assertThat(answer.path("created").asLong()).isPositive();
        assertThat(answer.path("size").asText()).isEqualTo("128x128");
        assertThat(answer.path("output_format").asText()).isEqualTo("png");
        assertThat(answer.path("usage").path("input_tokens").asInt()).isEqualTo(7);
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(8);
        assertThat(answer.path("usage").path("input_tokens_details").path("text_tokens").asInt()).isEqualTo(7);
        assertThat(answer.path("data")).hasSize(1);
    }

    /** An instance's capacity is in rows, of which a medium with guidance takes two. */
    @Test
    void whatAGeneratorWorksOnIsCountedInTheRowsOfItsBatch() {
        var rows = new ArrayList<Double>();
        mesh.generator = (request, call, out) -> {
            rows.add(mesh.metric("anymesh_gateway_instance_outstanding", "stage=\"generator-image\""));
            mesh.stages.generate(request, call, out);
        };
        ask(""); // the generator's own guidance is 3
        ask(",'guidance_scale':7.5");
        ask(",'guidance_scale':1");
        ask(",'guidance_scale':0");
        assertThat(rows).containsExactly(2.0, 2.0, 1.0, 1.0);
        assertThat(mesh.metric("anymesh_gateway_instance_outstanding")).isZero();
    }

    @Test
    void optionsReachTheGeneratorAndTheSignalIsForced() {
        var seen = new AtomicReference<String>("");
        mesh.generator = (request, call, out) -> {
            var header = request.header();
            seen.set(header.getSize() + " " + header.getNumInferenceSteps() + " " + header.getGuidanceScale());
            mesh.stages.generate(request, call, out);
        };
        ask(",'size':'256x256','num_inference_steps':12,'guidance_scale':7.5");
        assertThat(seen.get()).isEqualTo("256x256 12 7.5");
    }

    @Test
    void aBackboneThatDrawsMoreThanAskedForIsNotFollowed() {
        mesh.backbone = (request, call, out) -> mesh.stages.reason(request, call, frame -> {
            if (frame.header().hasSignal()) {
                frame.embeddings().forEach(EmbeddingBatch::retain);
                out.emit(frame);
            }
            out.emit(frame);
        });
        assertThat(ask("").path("data")).hasSize(1);
    }

    @Test
    void aBackboneThatDoesNotDrawIsAFailure() {
        mesh.backbone = (request, call, out) -> mesh.stages.reason(request, call, frame -> {
            if (frame.header().hasSignal()) {
                frame.close();
            } else {
                out.emit(frame);
            }
        });
        var answer = mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a'}"));
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error().path("code").asText()).isEqualTo("inference_failed");
    }
}
