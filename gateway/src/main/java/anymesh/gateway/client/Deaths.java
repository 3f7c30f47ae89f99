// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import com.google.common.base.Throwables;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells a process that died from a connection that was cut, which look alike to the calls that they end. The instance is
 * asked what it is ({@code Describe}): it died if nobody listens where it did, or if another incarnation answers. Whatever
 * else happens is no proof of a death, though it is asked once more, since a process does not end all at once.
 * Thread-safe.
 */
final class Deaths {
    private static final long AGAIN_MILLIS = 100;

    /** What asking came to. */
    private enum Sign {
        LIVES, DIED, UNCLEAR
    }

    private final Vertx vertx;
    private final StageChannels channels;
    private final long patienceMillis;

    Deaths(Vertx vertx, StageChannels channels, Duration patience) {
        this.vertx = vertx;
        this.channels = channels;
        this.patienceMillis = patience.toMillis();
    }

    /** Whether the process has ended that the instance was when it was given work. Completes on the caller's context. */
    Future<Boolean> of(StageInstance instance) {
        return ask(instance).compose(sign -> sign == Sign.UNCLEAR
                ? vertx.timer(AGAIN_MILLIS, TimeUnit.MILLISECONDS).compose(_ -> ask(instance))
                : Future.succeededFuture(sign)).map(Sign.DIED::equals);
    }

    private Future<Sign> ask(StageInstance instance) {
        var asked = new Asked(instance.description().getIncarnation(), vertx.getOrCreateContext());
        var options = CallOptions.DEFAULT.withDeadlineAfter(patienceMillis, TimeUnit.MILLISECONDS);
        var channel = channels.to(instance);
        ClientCalls.asyncUnaryCall(channel.newCall(ServiceKind.require(instance.service()).describe(), options),
                DescribeRequest.getDefaultInstance(), asked);
        return asked.sign.future().onSuccess(sign -> {
            if (sign != Sign.LIVES) {
                channels.renew(instance, channel); // or it would refuse to connect for a while
            }
        });
    }

    private static final class Asked implements StreamObserver<StageDescription> {
        private final String known;
        private final Context context;
        private final Promise<Sign> sign = Promise.promise();

        Asked(String known, Context context) {
            this.known = known;
            this.context = context;
        }

        @Override
        public void onNext(StageDescription now) {
            tell(known.isEmpty() || known.equals(now.getIncarnation()) ? Sign.LIVES : Sign.DIED);
        }

        @Override
        public void onError(Throwable error) {
            var cause = Throwables.getRootCause(error);
            boolean refused = cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
            tell(refused ? Sign.DIED : Sign.UNCLEAR);
        }

        @Override
        public void onCompleted() {
            tell(Sign.UNCLEAR);
        }

        private void tell(Sign seen) {
            context.runOnContext(_ -> sign.tryComplete(seen));
        }
    }
}
