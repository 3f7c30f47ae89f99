// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.wire.call.WireTransport;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A gRPC server that only answers health checks. */
public final class HealthyServer implements AutoCloseable {
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    public HealthyServer() {
        this(InsecureServerCredentials.create());
    }

    public HealthyServer(ServerCredentials credentials) {
        try {
            server = WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
                    .addService(health.getHealthService()).build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getPort();
    }

    public void setServing(boolean serving) {
        health.setStatus("", serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
