// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.inquiry;

import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import com.google.common.base.Throwables;
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
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stage that can be asked what it is ({@code Describe}) and whether it serves (gRPC health). Thread-safe. */
public final class StageInquiry implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StageInquiry.class);
    private static final long PATIENCE_MILLIS = 2_000;

    private final Vertx vertx;
    private final String whom;
    private final ManagedChannel channel;
    private final MethodDescriptor<DescribeRequest, StageDescription> describe;
    private volatile String refusal = "";

    /** {@code whom} is for the log. */
    StageInquiry(Vertx vertx, String whom, ManagedChannel channel,
            MethodDescriptor<DescribeRequest, StageDescription> describe) {
        this.vertx = vertx;
        this.whom = whom;
        this.channel = channel;
        this.describe = describe;
    }

    /** What a stage said of itself: all of it, and whether it takes calls; one that is about to go does not. */
    public record Answer(StageDescription description, boolean isServing) {}

    /**
     * Asks. Fails with gRPC's {@code StatusRuntimeException} if there is no answer, after two seconds for each of both
     * questions at most; why certificates don't match is in the log too. Completes on the caller's context.
     */
    public Future<Answer> ask() {
        // After a failure the channel would not connect for longer and longer, and miss one that is back.
        channel.resetConnectBackoff();
        var description = new Once<StageDescription>(vertx.getOrCreateContext());
        ClientCalls.asyncUnaryCall(channel.newCall(describe,
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)),
                DescribeRequest.getDefaultInstance(), description);
        return description.answer.future()
                .compose(told -> isServing().map(isServing -> new Answer(told, isServing)))
                .onSuccess(_ -> refusal = "").onFailure(this::note);
    }

    /** That nobody answers is the asker's to judge; that certificates don't match passes by no waiting, and is said once. */
    private void note(Throwable e) {
        var now = Throwables.getCausalChain(e).stream().filter(SSLException.class::isInstance).findFirst()
                .map(cause -> String.valueOf(cause.getMessage())).orElse("");
        if (!now.isEmpty() && !now.equals(refusal)) {
            refusal = now;
            log.warn("{} no agreement over TLS: {}", whom, now);
        }
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
