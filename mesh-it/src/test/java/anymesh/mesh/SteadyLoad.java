// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** OpenAI's Python client asking for everything at a fixed rate, in a process of its own; see {@code steady_load.py}. */
final class SteadyLoad implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;
    private final double capacity;

    /** What was asked, once the load is over. */
    record Asked(JsonNode requests) {
        /** The 95th percentile, in seconds, of those of a kind that began from one moment to another. */
        double p95(String kind, Instant from, Instant to) {
            var seconds = of(kind, from, to)
                    .mapToDouble(one -> one.get(1).asDouble()).sorted().toArray();
            return seconds[(int) (seconds.length * 0.95)];
        }

        long count(String kind, Instant from, Instant to) {
            return of(kind, from, to).count();
        }

        private Stream<JsonNode> of(String kind, Instant from, Instant to) {
            return StreamSupport.stream(requests.spliterator(), false).filter(
                    one -> one.get(2).asText().equals(kind) && isWithin(one.get(0).asDouble(), from, to));
        }

        List<String> failed() {
            return StreamSupport.stream(requests.spliterator(), false).map(one -> one.get(3).asText())
                    .filter(wrong -> !wrong.isEmpty()).toList();
        }

        private static boolean isWithin(double seconds, Instant from, Instant to) {
            return seconds * 1000 >= from.toEpochMilli() && seconds * 1000 < to.toEpochMilli();
        }
    }

    private SteadyLoad(Process process, BufferedReader lines, double capacity) {
        this.process = process;
        this.lines = lines;
        this.capacity = capacity;
    }

    /** Returns once it is known what the mesh can do at most, and the load, {@code share} of that, has begun. */
    static SteadyLoad start(double share, List<String> urls) throws IOException {
        var arguments = new ArrayList<>(List.of("mesh-it/src/test/python/steady_load.py", String.valueOf(share)));
        arguments.addAll(urls);
        var process = Python.start(arguments.toArray(String[]::new));
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var capacity = lines.readLine();
        if (capacity == null) {
            throw new AssertionError("the load did not begin; its reason is in this test's error output");
        }
        return new SteadyLoad(process, lines, Double.parseDouble(capacity));
    }

    /** Requests a second of twenty callers who ask one after another. */
    double capacity() {
        return capacity;
    }

    /** Ends it, and gives what it asked. */
    Asked end() throws IOException {
        process.getOutputStream().close();
        return new Asked(MeshClient.JSON.readTree(lines.readLine()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
