// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tracer of one service. Configured by OpenTelemetry's own variables ({@code OTEL_EXPORTER_OTLP_ENDPOINT},
 * {@code OTEL_TRACES_SAMPLER}, …) or system properties of the same names; without an endpoint or an exporter among them
 * nothing is traced. OTLP goes over HTTP unless they say otherwise.
 */
public final class Tracing implements AutoCloseable {
    private static final String NAME = "anymesh";
    private static final long FLUSH_SECONDS = 5;

    private final OpenTelemetry api;
    private final @Nullable OpenTelemetrySdk sdk;

    private Tracing(OpenTelemetry api, @Nullable OpenTelemetrySdk sdk) {
        this.api = api;
        this.sdk = sdk;
    }

    /** No traces. */
    public static Tracing off() {
        return new Tracing(OpenTelemetry.noop(), null);
    }

    /** Traces of a service, if they are asked for. */
    public static Tracing start(String service, String instance) {
        if (!isAskedFor()) {
            return off();
        }
        var sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> Map.of("otel.service.name", service, "otel.traces.exporter", "otlp",
                        "otel.exporter.otlp.protocol", "http/protobuf", "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none"))
                .addResourceCustomizer((resource, _) -> resource.merge(Resource.create(Attributes.of(
                        AttributeKey.stringKey("service.namespace"), NAME,
                        AttributeKey.stringKey("service.instance.id"), instance))))
                .disableShutdownHook()
                .build().getOpenTelemetrySdk();
        return new Tracing(sdk, sdk);
    }

    private static boolean isAskedFor() {
        if (Boolean.parseBoolean(setting("otel.sdk.disabled"))) {
            return false;
        }
        String exporter = setting("otel.traces.exporter");
        return exporter == null
                ? setting("otel.exporter.otlp.endpoint") != null
                        || setting("otel.exporter.otlp.traces.endpoint") != null
                : !exporter.equals("none");
    }

    /** An empty one is none, as OpenTelemetry's specification of environment variables has it. */
    private static @Nullable String setting(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            value = System.getenv(property.replace('.', '_').toUpperCase(Locale.ROOT));
        }
        return value == null || value.isEmpty() ? null : value;
    }

    public Tracer tracer() {
        return api.getTracer(NAME);
    }

    /** Sends what is left. */
    @Override
    public void close() {
        if (sdk != null) {
            sdk.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }
}
