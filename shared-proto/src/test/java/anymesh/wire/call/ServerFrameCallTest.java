// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.testing.Batches;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Orders of events that a real client cannot be made to cause at will. */
class ServerFrameCallTest {
    private final WireMemory memory = new WireMemory("test", 1 << 20);
    private final QuietCall call = new QuietCall(new StageMethods(memory).projectInput());
    private final ServerCall.Listener<Frame<ProjectInputRequest>> listener = FrameServer
            .<ProjectInputRequest, ProjectInputResponse>method(call.method, (request, context, out) -> {
                throw new AssertionError("the request was not complete");
            }).getServerCallHandler().startCall(call, new Metadata());

    @AfterEach
    void memoryClosesWithoutLeak() {
        memory.close();
    }

    @Test
    void requestIsFreedWhenTheCallEndsBetweenMessageAndHalfClose() {
        listener.onMessage(request());
        listener.onCancel();
        assertThat(memory.allocatedBytes()).isZero();
    }

    @Test
    void requestThatArrivesAfterTheEndIsFreed() {
        listener.onCancel();
        listener.onMessage(request());
        listener.onHalfClose();
        assertThat(memory.allocatedBytes()).isZero();
    }

    @Test
    void secondRequestMessageIsRefusedAndBothAreFreed() {
        listener.onMessage(request());
        listener.onMessage(request());
        listener.onHalfClose();
        assertThat(memory.allocatedBytes()).isZero();
        assertThat(call.status).extracting(Status::getCode).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void callWithoutRequestMessageIsRefused() {
        listener.onHalfClose();
        assertThat(call.status).extracting(Status::getCode).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    private Frame<ProjectInputRequest> request() {
        return Frame.of(ProjectInputRequest.getDefaultInstance(), Batches.random(memory, 1, 1));
    }

    /** Remembers its status. */
    private static final class QuietCall extends ServerCall<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> {
        private final MethodDescriptor<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> method;
        private @Nullable Status status;

        QuietCall(MethodDescriptor<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> method) {
            this.method = method;
        }

        @Override
        public void request(int messages) {
            assertThat(messages).isPositive();
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new AssertionError("nothing was answered");
        }

        @Override
        public void sendMessage(Frame<ProjectInputResponse> message) {
            throw new AssertionError("nothing was answered");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            assertThat(this.status).isNull();
            this.status = status;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> getMethodDescriptor() {
            return method;
        }
    }
}
