// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Puts a request's ids on all that this thread logs until it is closed: {@code request_id} and {@code trace_id}, under
 * which logs as JSON have them.
 */
public final class LogIds implements AutoCloseable {
    private static final String REQUEST = "request_id";
    private static final String TRACE = "trace_id";

    private LogIds() {}

    /** Of a call. */
    public static LogIds of(CallContext call) {
        return of(call.requestId(), call.traceparent());
    }

    /** Of a request that is known by its headers. */
    public static LogIds of(@Nullable String requestId, @Nullable String traceparent) {
        if (requestId != null) {
            MDC.put(REQUEST, requestId);
        }
        if (traceparent != null) {
            MDC.put(TRACE, TraceParent.parseOrNew(traceparent).traceId());
        }
        return new LogIds();
    }

    @Override
    public void close() {
        MDC.remove(REQUEST);
        MDC.remove(TRACE);
    }
}
