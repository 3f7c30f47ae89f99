// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;

/** What the runner lends a stage for its life. */
public record StageResources(WireMemory memory, StageMethods methods, MeterRegistry meters, Tracer tracer) {}
