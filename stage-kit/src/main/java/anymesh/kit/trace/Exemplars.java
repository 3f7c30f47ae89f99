// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.trace;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * Ties measurements to traces: what is recorded inside {@link #of} has that trace as its exemplar. Since no thread holds a
 * current span here, whoever records says whose measurement it is.
 */
public final class Exemplars {
    private static final ThreadLocal<io.opentelemetry.api.trace.@Nullable SpanContext> CURRENT = new ThreadLocal<>();

    private Exemplars() {}

    /** Meters for Prometheus that know exemplars. */
    public static PrometheusMeterRegistry meters() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM,
                new Current());
    }

    /** Records a measurement of the trace that a {@code traceparent} names; of none if it is null. */
    public static void of(@Nullable String traceparent, Runnable record) {
        CURRENT.set(Traces.spanContext(traceparent));
        try {
            record.run();
        } finally {
            CURRENT.remove();
        }
    }

    private static final class Current implements SpanContext {
        private static io.opentelemetry.api.trace.SpanContext span() {
            var current = CURRENT.get();
            return current == null ? io.opentelemetry.api.trace.SpanContext.getInvalid() : current;
        }

        @Override
        public @Nullable String getCurrentTraceId() {
            return span().isValid() ? span().getTraceId() : null;
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return span().isValid() ? span().getSpanId() : null;
        }

        @Override
        public boolean isCurrentSpanSampled() {
            return span().isSampled();
        }

        @Override
        public void markCurrentSpanAsExemplar() {
            // The span is not told: it may have ended long ago.
        }
    }
}
