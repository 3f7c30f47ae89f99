// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.EncodeResponse;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A gateway in the heap that it has in process mode ({@code ServiceProcess} of the cli), with its default limits. */
class HeapTest {
    private static final List<String> PROCESS_MODE = List.of(
            "@" + Path.of(System.getProperty("anymesh.root"), "gateway/config/jvm.options"), "-XX:MaxRAM=1536m");
    /** The default limit, less what stands around the data. */
    private static final int LARGEST = (48 << 20) - 1_000;

    /** Bodies near the limit, each of a kind that takes more room than it has bytes in another way. */
    private static List<String> bodies() {
        var film = "PICT".repeat(10 << 20);
        return List.of(
                chat("[{'type':'video_url','video_url':{'url':'data:video/mp4;base64," + film
                        + "'}}]"),
                chat("[" + picture(18 << 20) + "," + picture(18 << 20) + ",{'type':'text','text':'look'}]"),
                // As .NET writes a plus sign.
                chat("[{'type':'image_url','image_url':{'url':'data:image/png;base64,UElD" + "\\u002B".repeat(7 << 20)
                        + "'}}]"),
                chat("'" + "ж".repeat(5_000_000) + "'"),
                json("{'model':'toyworld','messages':[{'role':'user','content':'Hello'}],'other':["
                        + strings(LARGEST / 4_010) + "]}"),
                json("{'model':'toyworld','messages':[{'role':'user','content':'Hello'}],'other':["
                        + "{'a':1},".repeat(49_000) + "{}]}"),
                "[".repeat(LARGEST / 8), "9".repeat(LARGEST / 8), "{\"a\":\"" + "\\u00e9".repeat(LARGEST / 48) + "\"");
    }

    private static String picture(int characters) {
        return "{'type':'image_url','image_url':{'url':'data:image/png;base64,UElD" + "A".repeat(characters) + "'}}";
    }

    /** Just short enough to be read at once, and with a character that makes each byte two. */
    private static String strings(int count) {
        return ("'" + "a".repeat(4_000) + "ж',").repeat(count) + "0";
    }

    @Test
    void noMixOfAllowedBodiesExhaustsIt() throws Exception {
        try (var mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE, Modality.VIDEO)) {
            mesh.encoder = (request, call, out) -> out.emit(Frame.of(
                    EncodeResponse.newBuilder().build(),
                    mesh.stages.rows("toy-image", request.header().getItemsList().stream().map(_ -> 1f).toList())));
            var stages = mesh.services().stream().map(mesh::instance).toList();
            try (var gateway = GatewayAlone.start(PROCESS_MODE, stages); var pool = Executors.newCachedThreadPool()) {
                var bodies = bodies().stream().map(body -> body.getBytes(StandardCharsets.UTF_8)).toList();
                Stream<Callable<Integer>> calls = Stream
                        .concat(bodies.stream(), Stream.generate(bodies::getFirst).limit(4))
                        .map(body -> () -> gateway.client().send(gateway.client().request(CHAT)
                                .POST(BodyPublishers.ofByteArray(body)).build()).status());
                for (var status : pool.invokeAll(calls.toList())) {
                    assertThat(status.get()).isIn(200, 400, 413, 429);
                }
                // One by one there is room for each that is allowed.
                for (var body : List.of(bodies.get(0), bodies.get(3), bodies.get(4))) {
                    assertThat(gateway.client().send(gateway.client().request(CHAT)
                            .POST(BodyPublishers.ofByteArray(body)).build()).status()).isEqualTo(200);
                }
                assertThat(gateway.isAlive()).isTrue();
                Awaitility.await().atMost(Duration.ofSeconds(10))
                        .until(() -> gateway.client().get("/metrics").response()
                                .body().contains("anymesh_gateway_body_bytes 0.0"));
            }
        }
    }
}
