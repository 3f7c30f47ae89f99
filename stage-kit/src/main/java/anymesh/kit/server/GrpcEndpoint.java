// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import anymesh.wire.call.WireTransport;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The gRPC side of a stage: its methods, Describe, and grpc.health.v1 under the service's name and under none. */
final class GrpcEndpoint implements AutoCloseable {
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;
    private final String serviceName;

    private GrpcEndpoint(String host, int port, ServerServiceDefinition service, CallMeters meters,
            ServerCredentials credentials) {
        this.serviceName = service.getServiceDescriptor().getName();
        this.server = WireTransport.server(new InetSocketAddress(host, port), credentials)
                .addStreamTracerFactory(meters)
                .addService(service)
                .addService(health.getHealthService())
                .build();
        setServing(false);
    }

    /** Listens; health says NOT_SERVING until {@link #setServing}. */
    static GrpcEndpoint start(String host, int port, List<ServerMethodDefinition<?, ?>> methods,
            StageDescription description, CallMeters meters, ServerInterceptor spans, ServerCredentials credentials) {
        var endpoint = new GrpcEndpoint(host, port,
                ServerInterceptors.intercept(service(methods, description), spans), meters, credentials);
        try {
            endpoint.server.start();
            return endpoint;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on %s:%d: %s".formatted(host, port, e.getMessage()), e);
        }
    }

    int port() {
        return server.getPort();
    }

    void setServing(boolean serving) {
        var status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(serviceName, status);
    }

    /** Takes no new calls and waits for those that run; cuts them off after the timeout. */
    void shutdown(Duration timeout) {
        server.shutdown();
        try {
            if (!server.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            // The handlers must be gone before the memory that they write to is.
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServerServiceDefinition service(List<ServerMethodDefinition<?, ?>> methods,
            StageDescription description) {
        var name = String.valueOf(methods.getFirst().getMethodDescriptor().getServiceName());
        var describe = MethodDescriptor.<DescribeRequest, StageDescription>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(name, "Describe"))
                .setRequestMarshaller(ProtoUtils.marshaller(DescribeRequest.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(StageDescription.getDefaultInstance()))
                .build();
        var service = ServerServiceDefinition.builder(name);
        methods.forEach(service::addMethod);
        service.addMethod(describe, ServerCalls.asyncUnaryCall((_, answer) -> {
            answer.onNext(description);
            answer.onCompleted();
        }));
        return service.build();
    }
}
