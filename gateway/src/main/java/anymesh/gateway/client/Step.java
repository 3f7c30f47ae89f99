// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.Assignment;
import anymesh.gateway.balance.Outcome;
import anymesh.gateway.balance.RetryBudget;
import anymesh.gateway.client.Suspects.Turn;
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
import anymesh.wire.error.StageLost;
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.UnsupportedModality;
import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of a request until it is done: a call, and calls to other instances if it fails. Done again as a whole while
 * nothing of it was handed on, and gone on with if something was, as often as the settings allow. Each time costs the
 * service's budget. Where nobody else serves, it waits for somebody, and an instance that came back is somebody else. A
 * call that found nobody at its address has cost no stage anything: it does not count as long as there is patience.
 *
 * <p>A step under which a process died is a suspect and waits for its turn among those; one under which two died is not
 * tried a third time. Used on the request's context only.
 */
final class Step<Q extends Message, R extends Message> {
    private static final Logger log = LoggerFactory.getLogger(Step.class);

    private final StageClient client;
    private final StageCall<Q, R> call;
    private final List<EmbeddingBatch> batches;
    private final StageStream<Q, R> stream;
    private final RetryBudget budget;
    /** The lives that have had this step, and those of them that failed in another way than by a cut connection. */
    private final Set<Long> tried = new HashSet<>();
    private final Set<Long> failed = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private final long began = System.nanoTime();
    private long failedAt;
    private int arrived;
    private int deaths;

    Step(StageClient client, StageCall<Q, R> call, List<EmbeddingBatch> batches, StageStream<Q, R> stream,
            RetryBudget budget) {
        this.client = client;
        this.call = call;
        this.batches = batches;
        this.stream = stream;
        this.budget = budget;
    }

    Future<Served> run() {
        var gone = new StageUnavailable(call.hop().service() + " is unavailable");
        return client.room().when(call.request(), () -> another(gone)).compose(first -> on(first, Turn.none()));
    }

    /** Somebody who has not had this step yet; else one whose connection was cut, which says nothing of the instance. */
    private Assignment another(MeshException otherwise) {
        var assignment = client.chooser().assign(call.hop(), call.work(), tried);
        if (assignment == null) {
            assignment = client.chooser().assign(call.hop(), call.work(),
                    hasBeenLeftAloneForAWhile() ? Set.of() : failed);
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

    private Future<Served> on(Assignment assignment, Turn turn) {
        tried.add(assignment.life());
        var attempt = new Attempt<>(client, call, assignment, stream, turn);
        var frame = new Frame<>(stream.request(), batches.stream().map(EmbeddingBatch::retain).toList());
        return attempt.send(frame).map(_ -> new Served(call.hop(), assignment.instance().id()))
                .recover(error -> again(error, attempt));
    }

    private Future<Served> again(Throwable error, Attempt<Q, R> attempt) {
        if (!(error instanceof MeshException failure) || !mayPassElsewhere(failure) || call.request().isDone()) {
            return Future.failedFuture(error);
        }
        failures.add(attempt + ": " + StageFailures.chain(failure));
        failedAt = System.nanoTime();
        if (!attempt.wasCut()) {
            failed.add(attempt.life());
        }
        arrived += hasArrived(failure) ? 1 : 0;
        deaths += attempt.hasKilled() ? 1 : 0;
        if (deaths > 1) {
            return Future.failedFuture(condemned(failure));
        }
        if (isTiredOfTrying()) {
            return givenUp(failure);
        }
        return turn().compose(turn -> next(failure).compose(next -> on(next, failure, turn))
                .onComplete(_ -> turn.close()));
    }

    private boolean isTiredOfTrying() {
        int most = client.settings().retries().perStep();
        boolean isPatient = System.nanoTime() - began < client.settings().patience().toNanos();
        return isPatient ? arrived > most : failures.size() > most;
    }

    /** Whether a stage may have seen anything of a call that failed so. */
    private static boolean hasArrived(MeshException failure) {
        return !(failure instanceof StageLost lost) || lost.reached();
    }

    private Future<Turn> turn() {
        return deaths == 0
                ? Future.succeededFuture(Turn.none())
                : client.suspects().turn(call.hop().release(), call.request());
    }

    private InferenceFailed condemned(MeshException failure) {
        try (var _ = LogIds.of(call.request())) {
            log.warn("requestId={} release={} payload={} is not tried again, two processes ended under it: {}",
                    call.request().requestId(), call.hop().release(), PayloadHash.of(stream.request(), batches),
                    failures);
        }
        return new InferenceFailed("%s ended twice at work on this request".formatted(call.hop().service()), failure);
    }

    private <T> Future<T> givenUp(MeshException failure) {
        try (var _ = LogIds.of(call.request())) {
            log.warn("requestId={} release={} is given up: {}", call.request().requestId(), call.hop().release(),
                    failures);
        }
        return Future.failedFuture(failure);
    }

    private Future<Assignment> next(MeshException failure) {
        if (failure instanceof Overloaded) { // it is there, and whether to wait for it is the client's to say
            var assignment = client.chooser().assign(call.hop(), call.work(), tried);
            return assignment == null ? Future.failedFuture(failure) : Future.succeededFuture(assignment);
        }
        return client.room().when(call.request(), () -> another(failure));
    }

    private Future<Served> on(Assignment next, MeshException failure, Turn turn) {
        if (hasArrived(failure) && !budget.withdraw()) {
            next.end(Outcome.UNKNOWN);
            client.meters().refusedRetry(call.hop());
            return givenUp(failure);
        }
        boolean begun = stream.hasBegun();
        if (begun) {
            client.meters().resumed(call.hop());
        } else {
            client.meters().repeated(call.hop());
        }
        try (var _ = LogIds.of(call.request())) {
            log.info("requestId={} release={} {} instance={} after={}", call.request().requestId(),
                    call.hop().release(), begun ? "resumed" : "repeated", next.instance().id(), failures.getLast());
        }
        turn.sent();
        return on(next, turn);
    }

    /** Whether the fault may be the instance's: what lies in the request or the models would fail anywhere. */
    private static boolean mayPassElsewhere(MeshException failure) {
        return switch (failure) {
            case StageUnavailable _,StageLost _,ModelNotReady _,Overloaded _ -> true;
            case InvalidInput _,UnsupportedModality _,DeadlineExceeded _,ContractMismatch _,InferenceFailed _ ->
                false;
        };
    }
}
