// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that asks for a stream and closes its connection in the middle. */
final class LeavingClient {
    private LeavingClient() {}

    /** Asks on a loopback port, and goes away when a line of the answer contains this. */
    static void leaveAt(String sign, int port, String prompt) throws IOException {
        var body = """
                {"model": "toyworld", "stream": true, "messages": [{"role": "user", "content": "%s"}]}"""
                .formatted(prompt);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var lines = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.getOutputStream().write("""
                    POST /v1/chat/completions HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    \r
                    %s""".formatted(body.length(), body).getBytes(StandardCharsets.UTF_8));
            var line = lines.readLine();
            while (line != null && !line.contains(sign)) {
                line = lines.readLine();
            }
            assertThat(line).as("a line with %s", sign).isNotNull();
        }
    }
}
