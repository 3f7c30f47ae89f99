// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;

class WireStatusTest {
    static Stream<MeshException> oneOfEachKind() {
        return Arrays.stream(MeshException.class.getPermittedSubclasses()).map(kind -> {
            try {
                return (MeshException) kind.getConstructor(String.class).newInstance("what went wrong");
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(kind.getName(), e);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void everyKindComesBackAsItself(MeshException sent) {
        StatusRuntimeException grpc = WireStatus.toGrpc(sent);
        MeshException received = WireStatus.fromGrpc(grpc.getStatus(), grpc.getTrailers());
        assertThat(received).hasSameClassAs(sent).hasMessage("what went wrong");
        assertThat(WireStatus.httpCode(received)).isEqualTo(WireStatus.httpCode(sent));
        assertThat(WireStatus.toStatus(sent).getCode()).isEqualTo(grpc.getStatus().getCode());
    }

    @ParameterizedTest
    @CsvSource({"INVALID_ARGUMENT,InvalidInput", "RESOURCE_EXHAUSTED,Overloaded", "DEADLINE_EXCEEDED,DeadlineExceeded",
        "FAILED_PRECONDITION,ContractMismatch", "PERMISSION_DENIED,ContractMismatch", "UNAVAILABLE,StageLost",
        "CANCELLED,StageLost", "INTERNAL,StageLost", "UNKNOWN,StageLost", "DATA_LOSS,StageLost",
        "UNIMPLEMENTED,StageLost"})
    void aStatusThatNoStageSaidIsNoJudgementOfTheModel(Status.Code code, String kind) {
        assertThat(WireStatus.fromGrpc(code.toStatus().withDescription("channel closed"), null).getClass())
                .hasToString("class anymesh.wire.error." + kind);
    }

    @Test
    void whatGrpcSaidIsKeptAsTheCause() {
        Metadata trailers = new Metadata();
        assertThat(WireStatus.fromGrpc(Status.UNKNOWN, trailers)).cause()
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
                    assertThat(e.getTrailers()).isSameAs(trailers);
                });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void everyCodeOfGrpcMeansSomething(Status.Code code) {
        assertThat(WireStatus.fromGrpc(code.toStatus(), new Metadata())).hasMessage(code.name());
    }

    @ParameterizedTest
    @CsvSource({"InvalidInput,400", "UnsupportedModality,422", "Overloaded,429", "StageUnavailable,503",
        "StageLost,503", "ModelNotReady,503", "DeadlineExceeded,504", "ContractMismatch,502", "InferenceFailed,502"})
    void httpCodesAreThoseOfTheDesign(String kind, int code) {
        assertThat(oneOfEachKind().filter(e -> e.getClass().getSimpleName().equals(kind)).map(WireStatus::httpCode))
                .containsExactly(code);
    }

    @Test
    void paramTravelsInAnyScript() {
        StatusRuntimeException grpc = WireStatus.toGrpc(new InvalidInput("zu groß", "messages[0].größe"));
        assertThat(WireStatus.fromGrpc(grpc.getStatus(), grpc.getTrailers())).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("messages[0].größe"));
    }

    @Test
    void codeTravelsBesideTheParam() {
        StatusRuntimeException grpc = WireStatus
                .toGrpc(new InvalidInput("too long", "messages", InvalidInput.CONTEXT_LENGTH_EXCEEDED));
        assertThat(WireStatus.fromGrpc(grpc.getStatus(), grpc.getTrailers())).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param() + " " + e.code()).isEqualTo("messages context_length_exceeded"));
        StatusRuntimeException plain = WireStatus.toGrpc(new InvalidInput("wrong", "seed"));
        assertThat(WireStatus.fromGrpc(plain.getStatus(), plain.getTrailers()))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.code()).isNull());
    }

    @Test
    void typeThatContradictsTheCodeIsIgnored() {
        StatusRuntimeException grpc = WireStatus.toGrpc(new InvalidInput("x"));
        assertThat(WireStatus.fromGrpc(Status.UNAVAILABLE, grpc.getTrailers())).isInstanceOf(StageLost.class);
    }

    @Test
    void longMessagesAreClippedToFitInHeaders() {
        Status status = WireStatus.toStatus(new InferenceFailed("ü".repeat(100_000)));
        assertThat(status.getDescription()).hasSizeLessThan(600).endsWith("…");
    }

    @Test
    void okIsNotAnError() {
        assertThatThrownBy(() -> WireStatus.fromGrpc(Status.OK, null)).isInstanceOf(IllegalArgumentException.class);
    }
}
