// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.EmbeddingBatch;
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
import com.google.common.base.Throwables;
import io.grpc.StatusRuntimeException;
import java.util.stream.Collectors;

/**
 * Says which stage failed. A stage's own words reach clients only where they speak of the client's input; the others
 * may hold addresses, paths or shapes, and stay in the cause, which is logged.
 */
final class StageFailures {
    private StageFailures() {}

    static Throwable named(String service, Throwable error) {
        if (!(error instanceof MeshException failure)) {
            return error;
        }
        return switch (failure) {
            // Embeddings are none of the client's doing: it cannot mend what one stage made and another refuses.
            case InvalidInput e when EmbeddingBatch.PARAM.equals(e.param()) -> new ContractMismatch(
                    service + " does not take what the stage before it made", e);
            case InvalidInput e -> e;
            case UnsupportedModality e -> e;
            case Overloaded e -> new Overloaded(service + " is busy", e);
            case StageUnavailable e -> new StageUnavailable(service + " is unavailable", e);
            case StageLost e -> new StageLost(service + " was lost", e.reached(), e);
            case ModelNotReady e -> new ModelNotReady(service + " is not ready", e);
            case DeadlineExceeded e -> new DeadlineExceeded(service + " did not answer in time", e);
            case ContractMismatch e ->
                new ContractMismatch(service + " does not take what the stage before it made", e);
            case InferenceFailed e -> new InferenceFailed(service + " failed", e);
        };
    }

    /** All that is known of a failure, for the log: each cause, and what gRPC's status and trailers said. */
    static String chain(Throwable error) {
        return Throwables.getCausalChain(error).stream()
                .map(cause -> cause instanceof StatusRuntimeException said && said.getTrailers() != null
                        ? cause + " " + said.getTrailers()
                        : cause.toString())
                .collect(Collectors.joining(" <- "));
    }
}
