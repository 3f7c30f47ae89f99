// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one table between errors, gRPC and HTTP. Some types share UNAVAILABLE, so the type travels in a trailer. A status
 * without that trailer (a proxy's, or gRPC's own) is mapped by its code, and is no judgement of the model: where the code
 * would say that the stage failed, it says no more than that the call was lost.
 */
public final class WireStatus {
    static final Metadata.Key<String> TYPE = Metadata.Key.of("anymesh-error-type", Metadata.ASCII_STRING_MARSHALLER);
    /** Binary, because a parameter may be named in any script. */
    static final Metadata.Key<byte[]> PARAM = Metadata.Key.of("anymesh-error-param-bin",
            Metadata.BINARY_BYTE_MARSHALLER);
    static final Metadata.Key<String> CODE = Metadata.Key.of("anymesh-error-code", Metadata.ASCII_STRING_MARSHALLER);

    /** Headers are limited to a few kilobytes, and a status message may grow ninefold when it is percent-encoded. */
    private static final int MAX_TEXT = 512;

    private WireStatus() {}

    /** The status that says the same, without the trailers. */
    public static Status toStatus(MeshException e) {
        return row(e).code.toStatus().withDescription(clip(e.getMessage())).withCause(e);
    }

    /** The status with its trailers, ready to close a call with. */
    public static StatusRuntimeException toGrpc(MeshException e) {
        Metadata trailers = new Metadata();
        trailers.put(TYPE, row(e).name());
        if (e instanceof InvalidInput invalid) {
            if (invalid.param() != null) {
                trailers.put(PARAM, clip(invalid.param()).getBytes(StandardCharsets.UTF_8));
            }
            if (invalid.code() != null) {
                trailers.put(CODE, clip(invalid.code()));
            }
        }
        return toStatus(e).asRuntimeException(trailers);
    }

    /**
     * The error that a peer's status stands for.
     *
     * @throws IllegalArgumentException if the status is OK
     */
    public static MeshException fromGrpc(Status status, @Nullable Metadata trailers) {
        String type = trailers == null ? null : trailers.get(TYPE);
        byte[] param = trailers == null ? null : trailers.get(PARAM);
        Row row = Arrays.stream(Row.values()).filter(r -> r.name().equals(type) && r.code == status.getCode())
                .findFirst().orElseGet(() -> byCode(status.getCode()));
        String text = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        return create(row, text, param == null ? null : new String(param, StandardCharsets.UTF_8),
                trailers == null ? null : trailers.get(CODE), status.asRuntimeException(trailers));
    }

    /** What an HTTP client sees. */
    public static int httpCode(MeshException e) {
        return row(e).http;
    }

    private static Row row(MeshException e) {
        return switch (e) {
            case InvalidInput e1 -> Row.INVALID_INPUT;
            case UnsupportedModality e1 -> Row.UNSUPPORTED_MODALITY;
            case Overloaded e1 -> Row.OVERLOADED;
            case StageUnavailable e1 -> Row.STAGE_UNAVAILABLE;
            case StageLost e1 -> Row.STAGE_LOST;
            case ModelNotReady e1 -> Row.MODEL_NOT_READY;
            case DeadlineExceeded e1 -> Row.DEADLINE_EXCEEDED;
            case ContractMismatch e1 -> Row.CONTRACT_MISMATCH;
            case InferenceFailed e1 -> Row.INFERENCE_FAILED;
        };
    }

    private static Row byCode(Status.Code code) {
        return switch (code) {
            case OK -> throw new IllegalArgumentException("status: OK (expected: an error)");
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Row.INVALID_INPUT;
            case RESOURCE_EXHAUSTED -> Row.OVERLOADED;
            case DEADLINE_EXCEEDED -> Row.DEADLINE_EXCEEDED;
            case FAILED_PRECONDITION, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED -> Row.CONTRACT_MISMATCH;
            // The last two are what another server says that has come to listen where the stage did.
            case UNAVAILABLE, CANCELLED, ABORTED, INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED, NOT_FOUND ->
                Row.STAGE_LOST;
        };
    }

    private static String clip(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }

    private static MeshException create(Row row, String text, @Nullable String param, @Nullable String code,
            StatusRuntimeException cause) {
        return switch (row) {
            case INVALID_INPUT -> new InvalidInput(text, param, code);
            case UNSUPPORTED_MODALITY -> new UnsupportedModality(text, cause);
            case OVERLOADED -> new Overloaded(text, cause);
            case STAGE_UNAVAILABLE -> new StageUnavailable(text, cause);
            case STAGE_LOST -> new StageLost(text, true, cause);
            case MODEL_NOT_READY -> new ModelNotReady(text, cause);
            case DEADLINE_EXCEEDED -> new DeadlineExceeded(text, cause);
            case CONTRACT_MISMATCH -> new ContractMismatch(text, cause);
            case INFERENCE_FAILED -> new InferenceFailed(text, cause);
        };
    }

    /** Its names travel in trailers: renaming one breaks the protocol. */
    private enum Row {
        INVALID_INPUT(Status.Code.INVALID_ARGUMENT, 400), UNSUPPORTED_MODALITY(Status.Code.UNIMPLEMENTED,
                422), OVERLOADED(Status.Code.RESOURCE_EXHAUSTED, 429), STAGE_UNAVAILABLE(Status.Code.UNAVAILABLE,
                        503), STAGE_LOST(Status.Code.UNAVAILABLE, 503), MODEL_NOT_READY(Status.Code.UNAVAILABLE,
                                503), DEADLINE_EXCEEDED(Status.Code.DEADLINE_EXCEEDED, 504), CONTRACT_MISMATCH(
                                        Status.Code.FAILED_PRECONDITION,
                                        502), INFERENCE_FAILED(Status.Code.INTERNAL, 502);

        private final Status.Code code;
        private final int http;

        Row(Status.Code code, int http) {
            this.code = code;
            this.http = http;
        }
    }
}
