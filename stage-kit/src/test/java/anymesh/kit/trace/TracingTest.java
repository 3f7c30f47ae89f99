// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TracingTest {
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    @AfterEach
    void clear() {
        System.clearProperty(ENDPOINT);
    }

    @Test
    void anEmptyEndpointAsksForNoTraces() {
        System.setProperty(ENDPOINT, "");
        assertThat(records()).isFalse();
    }

    @Test
    void anEndpointAsksForTraces() {
        System.setProperty(ENDPOINT, "http://127.0.0.1:1");
        assertThat(records()).isTrue();
    }

    private static boolean records() {
        try (var tracing = Tracing.start("test", "test-1")) {
            return tracing.tracer().spanBuilder("span").startSpan().isRecording();
        }
    }
}
