// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.v1.DescribeRequest;
import anymesh.v1.ModalityGeneratorGrpc;
import anymesh.v1.StageDescription;
import anymesh.wire.call.WireTransport;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A gRPC server that answers as a generator does when it is asked what it is and whether it serves. */
public final class DescribedServer implements AutoCloseable {
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;
    private final int port;
    private volatile @Nullable StageDescription description;

    /** On any free port of this address. */
    public DescribedServer(String host) {
        this(host, InsecureServerCredentials.create());
    }

    public DescribedServer(String host, ServerCredentials credentials) {
        try {
            server = WireTransport.server(new InetSocketAddress(host, 0), credentials).addService(new Describing())
                    .addService(health.getHealthService()).build().start();
            port = server.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Describing extends ModalityGeneratorGrpc.ModalityGeneratorImplBase {
        @Override
        public void describe(DescribeRequest request, StreamObserver<StageDescription> answer) {
            var now = description;
            if (now == null) {
                answer.onError(Status.FAILED_PRECONDITION.asRuntimeException());
            } else {
                answer.onNext(now);
                answer.onCompleted();
            }
        }
    }

    public int port() {
        return port;
    }

    public void describe(StageDescription what, boolean serving) {
        description = what;
        health.setStatus("anymesh.v1.ModalityGenerator",
                serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
