// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.error.DeadlineExceeded;
import com.google.common.base.CharMatcher;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way: its id, its deadline, its trace, and whether anybody still waits for it. The same class on
 * both sides of a call: the gateway starts one for a request, {@link FrameClient} sends it along, and {@link FrameServer}
 * gives the handler its counterpart, which is cancelled when the caller goes away or the deadline passes.
 *
 * <p>Safe for use by many threads.
 */
public final class CallContext {
    static final Metadata.Key<String> REQUEST_ID = Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> CALLER = Metadata.Key.of("x-anymesh-caller", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> TRACEPARENT = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger LOG = LoggerFactory.getLogger(CallContext.class);
    private static final Duration NO_DEADLINE = Duration.ofDays(1);
    private static final int MAX_ID_LENGTH = 128;
    private static final CharMatcher HEADER_SAFE = CharMatcher.inRange('!', '~');

    private final String requestId;
    private final String caller;
    private final TraceParent trace;
    private final Deadline deadline;
    private final List<Callback> callbacks = new ArrayList<>(2);
    /** The trace as the next hop is to see it; null: a new span each time. */
    private final @Nullable TraceParent callSpan;
    private boolean cancelled;

    private CallContext(String requestId, String caller, TraceParent trace, Deadline deadline,
            @Nullable TraceParent callSpan) {
        this.requestId = requestId;
        this.caller = caller;
        this.trace = trace;
        this.deadline = deadline;
        this.callSpan = callSpan;
    }

    /**
     * Begins a request.
     *
     * @param requestId   travels with every hop; characters that a header cannot hold become underscores
     * @param traceparent of the caller; null or malformed: a new trace
     * @param timeout     the time that the whole request has
     */
    public static CallContext start(String requestId, @Nullable String traceparent, Duration timeout) {
        return start(requestId, "", traceparent, timeout);
    }

    /**
     * As {@link #start(String, String, Duration)}, for a caller whose requests take turns with those of others.
     *
     * @param caller its name; empty where callers have none
     */
    public static CallContext start(String requestId, String caller, @Nullable String traceparent, Duration timeout) {
        return new CallContext(headerSafe(requestId), headerSafe(caller), TraceParent.parseOrNew(traceparent),
                Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS), null);
    }

    /**
     * A part of this request, such as one call of several: with its id, its deadline and its trace, but ended by itself.
     * It is not cancelled with this one unless its maker sees to it by {@link #onCancel}.
     *
     * @param traceparent the span of the call, which the stage is to see as its parent; null: any
     */
    public CallContext part(@Nullable String traceparent) {
        var span = traceparent == null ? null : TraceParent.parseOrNew(traceparent);
        return new CallContext(requestId, caller, span == null ? trace : span, deadline, span);
    }

    /** The other end of {@link #writeTo}. */
    static CallContext received(Metadata headers, @Nullable Deadline deadline) {
        String id = headers.get(REQUEST_ID);
        String caller = headers.get(CALLER);
        return new CallContext(id == null || id.isBlank() ? UUID.randomUUID().toString() : headerSafe(id),
                caller == null ? "" : headerSafe(caller),
                TraceParent.parseOrNew(headers.get(TRACEPARENT)),
                deadline == null ? Deadline.after(NO_DEADLINE.toNanos(), TimeUnit.NANOSECONDS) : deadline,
                null);
    }

    public String requestId() {
        return requestId;
    }

    /** Who asks, as far as it matters for whose turn it is; empty if nobody said. */
    public String caller() {
        return caller;
    }

    /** This hop's own trace header: each call made under this context gets a span of its own in the same trace. */
    public String traceparent() {
        return trace.toString();
    }

    /** The time left, zero when there is none. A received call that came without a deadline has a day. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    }

    /** Whether work for this request is wasted: cancelled, or past its deadline. */
    public boolean isDone() {
        return isCancelled() || deadline.isExpired();
    }

    /** Whether {@link #cancel()} was called, here or by the peer's going away. */
    public boolean isCancelled() {
        synchronized (callbacks) {
            return cancelled;
        }
    }

    /** What work that stops because the request {@link #isDone} throws: {@link DeadlineExceeded}, or that it was cancelled. */
    public RuntimeException ended() {
        return remaining().isZero()
                ? new DeadlineExceeded("the deadline of request " + requestId + " passed")
                : new CancellationException("request " + requestId + " was cancelled");
    }

    /** Ends the request. The first call runs the callbacks on this thread; later calls do nothing. */
    public void cancel() {
        List<Callback> waiting;
        synchronized (callbacks) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            waiting = List.copyOf(callbacks);
            callbacks.clear();
        }
        waiting.forEach(CallContext::run);
    }

    /**
     * Asks to be told of the cancellation; runs at once if it has happened. The callback must not block: it may run on a
     * network thread.
     *
     * @return takes the request back; a callback that is already running is not waited for
     */
    public Registration onCancel(Runnable callback) {
        Callback entry = new Callback(callback);
        synchronized (callbacks) {
            if (!cancelled) {
                callbacks.add(entry);
                return () -> remove(entry);
            }
        }
        run(entry);
        return () -> {};
    }

    Deadline deadline() {
        return deadline;
    }

    void writeTo(Metadata headers) {
        headers.put(REQUEST_ID, requestId);
        if (!caller.isEmpty()) {
            headers.put(CALLER, caller);
        }
        headers.put(TRACEPARENT, (callSpan == null ? trace.child() : callSpan).toString());
    }

    private void remove(Callback entry) {
        synchronized (callbacks) {
            callbacks.removeIf(c -> c == entry);
        }
    }

    private static void run(Callback entry) {
        try {
            entry.action.run();
        } catch (RuntimeException e) {
            LOG.error("a cancellation callback failed", e);
        }
    }

    private static String headerSafe(String id) {
        String clipped = id.length() <= MAX_ID_LENGTH ? id : id.substring(0, MAX_ID_LENGTH);
        return HEADER_SAFE.matchesAllOf(clipped) ? clipped : HEADER_SAFE.negate().replaceFrom(clipped, '_');
    }

    /** An identity of its own, since the same Runnable may be registered twice. */
    private static final class Callback {
        private final Runnable action;

        Callback(Runnable action) {
            this.action = action;
        }
    }
}
