// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.inquiry;

import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** One stage that can be asked what it is ({@code Describe}) and whether it serves (gRPC health). Thread-safe. */
public final class StageInquiry implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 2_000;

    private final Vertx vertx;
    private final ManagedChannel channel;
    private final MethodDescriptor<DescribeRequest, StageDescription> describe;

    StageInquiry(Vertx vertx, ManagedChannel channel,
            MethodDescriptor<DescribeRequest, StageDescription> describe) {
        this.vertx = vertx;
        this.channel = channel;
        this.describe = describe;
    }

    /** What a stage said of itself: all of it, and whether it takes calls; one that is about to go does not. */
    public record Answer(StageDescription description, boolean isServing) {}

    /**
     * Asks. Fails with gRPC's {@code StatusRuntimeException} if there is no answer, after two seconds for each of both
     * questions at most. Completes on the caller's context.
     */
    public Future<Answer> ask() {
        // After a failure the channel would not connect for longer and longer, and miss one that is back.
        channel.resetConnectBackoff();
        var description = new Once<StageDescription>(vertx.getOrCreateContext());
        ClientCalls.asyncUnaryCall(channel.newCall(describe,
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)),
                DescribeRequest.getDefaultInstance(), description);
        return description.answer.future()
                .compose(told -> isServing().map(isServing -> new Answer(told, isServing)));
    }

    private Future<Boolean> isServing() {
        var health = new Once<HealthCheckResponse>(vertx.getOrCreateContext());
        HealthGrpc.newStub(channel).withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).check(
                HealthCheckRequest.newBuilder().setService(String.valueOf(describe.getServiceName())).build(), health);
        return health.answer.future().map(answer -> answer.getStatus() == ServingStatus.SERVING);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** The answer to a call that has one; comes on gRPC's thread and goes on in the caller's context. */
    private static final class Once<T> implements StreamObserver<T> {
        private final Context context;
        private final Promise<T> answer = Promise.promise();

        Once(Context context) {
            this.context = context;
        }

        @Override
        public void onNext(T value) {
            tell(() -> answer.tryComplete(value));
        }

        @Override
        public void onError(Throwable error) {
            tell(() -> answer.tryFail(error));
        }

        @Override
        public void onCompleted() {
            // unary: what there was to say has been said
        }

        private void tell(Runnable outcome) {
            try {
                context.runOnContext(_ -> outcome.run());
            } catch (RejectedExecutionException _) {
                // Vert.x has ended meanwhile, and with it whoever asked
            }
        }
    }
}
