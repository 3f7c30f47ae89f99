// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.Assignment;
import anymesh.gateway.balance.Outcome;
import anymesh.gateway.balance.RetryBudget;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.waiting.NoInstance;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.LogIds;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.UnsupportedModality;
import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of a request until it is done: a call, and calls to other instances if it fails. Done again as a whole while
 * nothing of it was handed on, as often as the settings allow; gone on with once, if something was. Each time costs the
 * service's budget. Where nobody else serves, it waits for somebody, and an instance that came back is somebody else. Used
 * on the request's context only.
 */
final class Step<Q extends Message, R extends Message> {
    private static final Logger log = LoggerFactory.getLogger(Step.class);

    private final StageClient client;
    private final StageCall<Q, R> call;
    private final List<EmbeddingBatch> batches;
    private final StageStream<Q, R> stream;
    private final RetryBudget budget;
    private final Set<Long> tried = new HashSet<>();
    private long failedAt;
    private int repeats;
    private boolean resumed;

    Step(StageClient client, StageCall<Q, R> call, List<EmbeddingBatch> batches, StageStream<Q, R> stream,
            RetryBudget budget) {
        this.client = client;
        this.call = call;
        this.batches = batches;
        this.stream = stream;
        this.budget = budget;
    }

    Future<Hop> run() {
        var gone = new StageUnavailable(call.hop().service() + " is unavailable");
        return client.room().when(call.request(), () -> another(gone)).compose(this::on);
    }

    /** Somebody who has not had this step yet. */
    private Assignment another(MeshException otherwise) {
        var assignment = client.chooser().assign(call.hop(), call.work(), tried);
        if (assignment == null && hasBeenLeftAloneForAWhile()) {
            assignment = client.chooser().assign(call.hop(), call.work(), Set.of());
        }
        if (assignment == null) {
            throw new NoInstance(call.hop().service(), otherwise);
        }
        return assignment;
    }

    /** If nobody else comes, whoever failed may be asked again, when it would get work again after an ejection. */
    private boolean hasBeenLeftAloneForAWhile() {
        return !tried.isEmpty() && System.nanoTime() - failedAt > client.settings().ejection().base().toNanos();
    }

    private Future<Hop> on(Assignment assignment) {
        tried.add(assignment.life());
        var attempt = new Attempt<>(client, call, assignment, stream);
        var frame = new Frame<>(stream.request(), batches.stream().map(EmbeddingBatch::retain).toList());
        return attempt.send(frame).map(_ -> call.hop().at(assignment.instance())).recover(this::again);
    }

    private Future<Hop> again(Throwable error) {
        if (!(error instanceof MeshException failure) || !mayPassElsewhere(failure) || call.request().isDone()) {
            return Future.failedFuture(error);
        }
        if (stream.hasBegun() ? resumed : repeats >= client.settings().retries().perStep()) {
            return Future.failedFuture(error);
        }
        failedAt = System.nanoTime();
        return next(failure).compose(next -> on(next, failure));
    }

    private Future<Assignment> next(MeshException failure) {
        if (failure instanceof Overloaded) { // it is there, and whether to wait for it is the client's to say
            var assignment = client.chooser().assign(call.hop(), call.work(), tried);
            return assignment == null ? Future.failedFuture(failure) : Future.succeededFuture(assignment);
        }
        return client.room().when(call.request(), () -> another(failure));
    }

    private Future<Hop> on(Assignment next, MeshException failure) {
        if (!budget.withdraw()) {
            next.end(Outcome.UNKNOWN);
            client.meters().refusedRetry(call.hop());
            return Future.failedFuture(failure);
        }
        boolean begun = stream.hasBegun();
        if (begun) {
            resumed = true;
            client.meters().resumed(call.hop());
        } else {
            repeats++;
            client.meters().repeated(call.hop());
        }
        try (var _ = LogIds.of(call.request())) {
            log.info("requestId={} stage={} {} instance={} cause={}", call.request().requestId(),
                    call.hop().service(), begun ? "resumed" : "repeated", next.instance().id(),
                    String.valueOf(failure.getCause()));
        }
        return on(next);
    }

    /** Whether the fault may be the instance's: what lies in the request or the models would fail anywhere. */
    private static boolean mayPassElsewhere(MeshException failure) {
        return switch (failure) {
            case StageUnavailable _,ModelNotReady _,Overloaded _ -> true;
            case InvalidInput _,UnsupportedModality _,DeadlineExceeded _,ContractMismatch _,InferenceFailed _ ->
                false;
        };
    }
}
