// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** llama.cpp's Python package in a process of its own: one of its two servers, or its batches without one. {@code bench/lm/setup} installs it. */
final class LlamaCpp implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Process process;
    private final int port;

    private LlamaCpp(Process process, int port) {
        this.process = process;
        this.port = port;
        // It must not outlive a bench that is stopped.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
    }

    /** Where it is installed. */
    record Installed(Path environment, Path home) {
        /** {@code python -m llama_cpp.server}, which answers one request after the other. */
        LlamaCpp server(Path gguf, int threads) throws Exception {
            int port = freePort();
            var number = String.valueOf(threads);
            return serving(port,
                    List.of("-m", "llama_cpp.server", "--model", gguf.toString(), "--n_ctx", "2048", "--n_threads",
                            number, "--n_threads_batch", number, "--host", "127.0.0.1", "--port",
                            String.valueOf(port)));
        }

        /** The server of its examples, which answers several in one batch. */
        LlamaCpp batchingServer(Path gguf, int threads, int streams) throws Exception {
            int port = freePort();
            var config = Files.createTempFile("llama", ".json");
            JSON.writeValue(config.toFile(), Map.of("server", Map.of("host", "127.0.0.1", "port", port), "model",
                    Map.of("path", gguf.toString(), "n_ctx", 512 * streams, "n_seq_max", streams, "n_batch", 512,
                            "n_ubatch", 512,
                            "threads", threads, "threads_batch", threads)));
            try {
                return serving(port, List.of(environment.resolve("server.py").toString(), "-C", config.toString()));
            } finally {
                Files.delete(config);
            }
        }

        /** {@code bench/lm/batch.py}: a llama_batch of several answers. */
        LlamaCpp batch(Path gguf, int threads) throws IOException {
            var started = new LlamaCpp(
                    start(List.of(home.resolve("bench/lm/batch.py").toString(), gguf.toString(),
                            String.valueOf(threads)),
                            Redirect.PIPE),
                    0);
            started.readLine();
            return started;
        }

        private LlamaCpp serving(int port, List<String> arguments) throws Exception {
            var started = new LlamaCpp(start(arguments, Redirect.appendTo(log().toFile())), port);
            try {
                Answering.await(started.process, started.url() + "/v1/models");
                return started;
            } catch (IllegalStateException | InterruptedException e) {
                started.close();
                throw e;
            }
        }

        private Process start(List<String> arguments, Redirect output) throws IOException {
            var builder = new ProcessBuilder(environment.resolve("bin/python").toString());
            builder.command().addAll(arguments);
            return builder.redirectOutput(output).redirectError(Redirect.appendTo(log().toFile())).start();
        }

        private Path log() throws IOException {
            return Files.createDirectories(home.resolve("bench/target")).resolve("llama.log");
        }

        private static int freePort() throws IOException {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** What {@code batch.py} answers. */
    JsonNode answers(List<String> questions, int tokens) throws IOException {
        var input = process.outputWriter();
        input.write(JSON.writeValueAsString(Map.of("questions", questions, "tokens", tokens)));
        input.newLine();
        input.flush();
        return readLine();
    }

    private JsonNode readLine() throws IOException {
        BufferedReader lines = process.inputReader();
        var line = lines.readLine();
        if (line == null) {
            throw new IOException("llama.cpp ended; see bench/target/llama.log");
        }
        return JSON.readTree(line);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
