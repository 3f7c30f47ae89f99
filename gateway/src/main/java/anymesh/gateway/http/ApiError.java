// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.keys.KeyRefused;
import anymesh.gateway.keys.RateLimited;
import anymesh.gateway.routing.RouteRefused;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.Failures;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageLost;
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.UnsupportedModality;
import anymesh.wire.error.WireStatus;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An error as OpenAI's clients read it: {@code {"error":{"message","type","param","code"}}}.
 *
 * @param retryAfter after which the same request may pass; null if it would not
 */
record ApiError(int status, String type, @Nullable String code, String message, @Nullable String param,
        @Nullable Duration retryAfter) {
    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final String LIMITED = "rate_limit_error";

    /** Contention passes soon; a stage that loads or restarts takes a little longer. */
    private static final Duration BUSY = Duration.ofSeconds(1);
    private static final Duration UNAVAILABLE = Duration.ofSeconds(2);

    /** Any failure. What is not meant for clients becomes a plain internal error. */
    static ApiError of(Throwable failure) {
        return switch (failure) {
            case MeshException e -> of(e);
            case RouteRefused e -> of(e);
            case KeyRefused e -> new ApiError(e.isKnown() ? 403 : 401, INVALID,
                    e.isKnown() ? "insufficient_permissions" : "invalid_api_key", message(e), null, null);
            case RateLimited e -> new ApiError(429, LIMITED, "rate_limit_exceeded", message(e), null, e.retryAfter());
            // A client that is still there to read this did not cancel it.
            case CancellationException _ -> of(new StageUnavailable("The server is shutting down."));
            case HttpRefusal e -> new ApiError(e.status(), INVALID, null, message(e), null, null);
            // A lack of capacity as any other: what failed has let go of all it held, so that others have room again.
            case Throwable _ when Failures.isOutOfMemory(failure) -> of(Failures.of(failure, "The server"));
            default -> new ApiError(500, SERVER, "internal_error", "The server had an error processing your request.",
                    null, null);
        };
    }

    private static ApiError of(MeshException failure) {
        int status = WireStatus.httpCode(failure);
        String message = message(failure);
        return switch (failure) {
            case InvalidInput e -> new ApiError(status, INVALID, e.code(), message, e.param(), null);
            case UnsupportedModality _ -> new ApiError(status, INVALID, "unsupported_modality", message, null, null);
            case Overloaded e ->
                new ApiError(status, LIMITED, "overloaded", message, null, e.retryAfter().orElse(BUSY));
            case StageUnavailable _,StageLost _ -> new ApiError(status, SERVER, "stage_unavailable", message, null,
                    UNAVAILABLE);
            case ModelNotReady _ -> new ApiError(status, SERVER, "model_not_ready", message, null, UNAVAILABLE);
            case DeadlineExceeded _ -> new ApiError(status, SERVER, "deadline_exceeded", message, null, null);
            case ContractMismatch _ -> new ApiError(status, SERVER, "contract_mismatch", message, null, null);
            case InferenceFailed _ -> new ApiError(status, SERVER, "inference_failed", message, null, null);
        };
    }

    private static ApiError of(RouteRefused refused) {
        return switch (refused.reason()) {
            case UNKNOWN_MODEL ->
                new ApiError(404, INVALID, "model_not_found", message(refused), refused.param(), null);
            case UNSUPPORTED_FEATURE ->
                new ApiError(400, INVALID, "unsupported_parameter", message(refused), refused.param(), null);
            case UNSUPPORTED_MODALITY -> new ApiError(422, INVALID, "unsupported_modality", message(refused),
                    refused.param(), null);
        };
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "The request could not be served." : message;
    }

    /** Whether the same request would fail again wherever it went: OpenAI's clients send a 502 twice more unless they are told. */
    boolean isFinal() {
        return status == 502;
    }

    /** Whether the fault is the server's, so that the cause belongs in its log. */
    boolean isServerFault() {
        return status >= 500;
    }

    ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        json.putObject("error").put("message", message).put("type", type).put("param", param).put("code", code);
        return json;
    }
}
