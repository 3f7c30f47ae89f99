// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.telemetry;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.Tracer;

/** Where measurements and spans go. */
public record Telemetry(PrometheusMeterRegistry meters, Tracer tracer) {}
