// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.Assignment;
import anymesh.gateway.balance.Outcome;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.trace.Traces;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.Registration;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageLost;
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.UnsupportedModality;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call to one instance. It is given up if the instance does not answer, or brings nothing for too long: then it fails
 * as if the instance were gone, long before the request's deadline. Used on the request's context only.
 */
final class Attempt<Q extends Message, R extends Message> {
    private final StageClient client;
    private final StageCall<Q, R> call;
    private final Assignment assignment;
    private final StageStream<Q, R> stream;
    private final Suspects.Turn turn;
    private final Vertx vertx;
    private final Span span;
    private final CallContext part;
    private long lastFrame = System.nanoTime();
    private long stallTimer;
    private boolean ended;
    private @Nullable Outcome givenUp;
    private boolean isFirstOfConnection;
    private boolean killed;
    private boolean cut;

    /** {@code turn} is ended once the stage has said something. */
    Attempt(StageClient client, StageCall<Q, R> call, Assignment assignment, StageStream<Q, R> stream,
            Suspects.Turn turn) {
        this.client = client;
        this.call = call;
        this.assignment = assignment;
        this.stream = stream;
        this.turn = turn;
        this.vertx = client.vertx();
        this.span = span();
        this.part = call.request().part(Traces.traceparent(span));
    }

    private Span span() {
        if (!client.tracer().isEnabled()) {
            return Span.getInvalid();
        }
        var hop = call.hop();
        return client.tracer().spanBuilder(call.method().getFullMethodName()).setSpanKind(SpanKind.CLIENT)
                .setParent(Traces.parent(call.request().traceparent()))
                .setAttribute("rpc.system", "grpc")
                .setAttribute("anymesh.stage", hop.service())
                .setAttribute("anymesh.modality", Modalities.name(hop.modality()))
                .setAttribute("anymesh.bundle", hop.release().bundle())
                .setAttribute("anymesh.version", hop.release().version())
                .setAttribute("anymesh.instance", assignment.instance().id()).startSpan();
    }

    private void end(@Nullable Throwable error) {
        if (error != null) {
            span.setStatus(StatusCode.ERROR, error.getClass().getSimpleName());
        }
        span.end();
    }

    /** Takes over the request. */
    Future<Void> send(Frame<Q> request) {
        Context context = vertx.getOrCreateContext();
        ManagedChannel channel;
        try {
            channel = client.channels().to(assignment.instance());
        } catch (RuntimeException e) {
            request.close();
            assignment.end(Outcome.FAILED);
            end(e);
            return Future.failedFuture(e);
        }
        Registration link = call.request().onCancel(part::cancel);
        var pulse = client.liveness().watch(channel, () -> context.runOnContext(_ -> giveUp(Outcome.LOST)));
        awaitProgress(client.settings().stallTimeout().toNanos());
        var observer = new ContextObserver<R>(call.hop().service(), context, part, frame -> {
            lastFrame = System.nanoTime();
            pulse.heard();
            turn.close();
            stream.onFrame(frame);
        });
        FrameClient.call(channel, call.method(), part, request, observer);
        return observer.ended().recover(this::reason).onComplete(_ -> {
            ended = true;
            link.close();
            pulse.close();
            vertx.cancelTimer(stallTimer);
        }).recover(error -> lookAfter(error, channel)).onComplete(end -> {
            end(end.cause());
            assignment.end(outcome(end.cause()));
            turn.close(); // now that nobody is sent to an instance that died
        });
    }

    /** Has later calls connect anew, and finds out whether a call that was lost was lost with its process. */
    private Future<Void> lookAfter(Throwable error, ManagedChannel channel) {
        if (error instanceof StageLost || error instanceof StageUnavailable) {
            isFirstOfConnection = client.channels().renew(assignment.instance(), channel);
        }
        if (!(error instanceof StageLost lost) || !lost.reached()) {
            return Future.failedFuture(error);
        }
        return client.deaths().of(assignment.instance()).transform(died -> {
            killed = died.succeeded() && died.result();
            cut = !killed;
            return Future.failedFuture(error);
        });
    }

    /** Whether the process ended that had this call. */
    boolean hasKilled() {
        return killed;
    }

    /** Whether the connection was lost under this call, and nothing else is known to have happened. */
    boolean wasCut() {
        return cut;
    }

    /** Of the instance, as in {@link Assignment#life}. */
    long life() {
        return assignment.life();
    }

    @Override
    public String toString() {
        return killed ? assignment.instance().id() + " died" : assignment.instance().id();
    }

    private void awaitProgress(long nanos) {
        stallTimer = vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), _ -> {
            long left = lastFrame + client.settings().stallTimeout().toNanos() - System.nanoTime();
            if (left > 0) {
                awaitProgress(left);
            } else {
                giveUp(Outcome.FAILED);
            }
        });
    }

    private void giveUp(Outcome why) {
        if (!ended && givenUp == null) {
            givenUp = why;
            part.cancel();
        }
    }

    private Future<Void> reason(Throwable error) {
        if (givenUp != null && error instanceof CancellationException && !call.request().isCancelled()) {
            var silent = new StageUnavailable(assignment.instance().id() + " is silent");
            return Future.failedFuture(StageFailures.named(call.hop().service(), silent));
        }
        return Future.failedFuture(error);
    }

    private Outcome outcome(@Nullable Throwable error) {
        if (givenUp != null && error instanceof StageUnavailable) {
            return givenUp;
        }
        return switch (error) {
            case null -> Outcome.ANSWERED;
            case MeshException failure -> outcome(failure);
            default -> Outcome.UNKNOWN;
        };
    }

    private Outcome outcome(MeshException failure) {
        return switch (failure) {
            case InvalidInput _,UnsupportedModality _,ContractMismatch _ -> Outcome.ANSWERED;
            // A connection takes all its calls along, which is one failure.
            case StageLost _ -> killed ? Outcome.LOST : isFirstOfConnection ? Outcome.FAILED : Outcome.UNKNOWN;
            case StageUnavailable _,InferenceFailed _ -> Outcome.FAILED;
            // How long a caller waits is the caller's, and much of it was queued for; one that hangs stalls, which is seen.
            case Overloaded _,ModelNotReady _,DeadlineExceeded _ -> Outcome.UNKNOWN;
        };
    }
}
