// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.call.CallContext;
import anymesh.wire.call.LogIds;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The configuration that is shipped, in a context of its own. */
class JsonLogsTest {
    @Test
    void aLineIsAnObjectWithTheIdsOfItsRequest() throws Exception {
        var context = new LoggerContext();
        context.setMDCAdapter((LogbackMDCAdapter) MDC.getMDCAdapter());
        context.putProperty("ANYMESH_LOG_FORMAT", "json");
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(JsonLogsTest.class.getResource("/logback.xml")));
        var lines = new ByteArrayOutputStream();
        ((ConsoleAppender<?>) context.getLogger("ROOT").getAppender("stderr")).setOutputStream(lines);
        var call = CallContext.start("req-1", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                Duration.ofMinutes(1));
        try (var _ = LogIds.of(call)) {
            context.getLogger("anymesh.Test").info("stage={} \"quoted\"", "backbone");
        }
        context.getLogger("anymesh.Test").warn("after");
        context.stop();

        var json = new JsonMapper();
        var written = lines.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(written).hasSize(2);
        var first = json.readTree(written.getFirst());
        assertThat(first.path("formattedMessage").asText()).isEqualTo("stage=backbone \"quoted\"");
        assertThat(first.path("mdc").path("request_id").asText()).isEqualTo("req-1");
        assertThat(first.path("mdc").path("trace_id").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(json.readTree(written.getLast()).path("mdc").has("request_id")).isFalse();
    }
}
