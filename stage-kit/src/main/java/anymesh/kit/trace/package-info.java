// SPDX-License-Identifier: Apache-2.0
/**
 * Traces, as OpenTelemetry has them: one a request, a span for each call at either end of it, and within a stage one for
 * the queue and one for the run. Off unless the standard {@code OTEL_*} settings ask for it, and then free. The only
 * package that knows the SDK; others see its API.
 *
 * <p>Start here: {@link anymesh.kit.trace.Tracing}. The trace itself travels as W3C {@code traceparent} in
 * {@link anymesh.wire.call.CallContext}, tracing or not, so no thread holds a current span.
 */
@NullMarked
package anymesh.kit.trace;

import org.jspecify.annotations.NullMarked;
