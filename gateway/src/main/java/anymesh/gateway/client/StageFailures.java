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
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.UnsupportedModality;

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
            case ModelNotReady e -> new ModelNotReady(service + " is not ready", e);
            case DeadlineExceeded e -> new DeadlineExceeded(service + " did not answer in time", e);
            case ContractMismatch e ->
                new ContractMismatch(service + " does not take what the stage before it made", e);
            case InferenceFailed e -> new InferenceFailed(service + " failed", e);
        };
    }
}
