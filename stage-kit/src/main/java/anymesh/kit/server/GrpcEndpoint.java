// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The gRPC side of a stage: its methods, Describe, and grpc.health.v1 under the service's name and under none. */
final class GrpcEndpoint {
    /** How long a peer may take to hear that the connection ends. */
    private static final Duration GOODBYE = Duration.ofMillis(500);
    private static final Duration CUT_OFF = Duration.ofSeconds(5);

    private final CallGate gate = new CallGate();
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;
    private final String serviceName;

    private GrpcEndpoint(ServerBuilder<?> listening, ServerServiceDefinition service, CallMeters meters) {
        this.serviceName = service.getServiceDescriptor().getName();
        this.server = listening
                .addStreamTracerFactory(meters)
                .addService(ServerInterceptors.intercept(service, gate))
                .addService(health.getHealthService())
                .build();
        setServing(false);
    }

    /** Listens; health says NOT_SERVING until {@link #setServing}. */
    static GrpcEndpoint start(ServerBuilder<?> listening, List<ServerMethodDefinition<?, ?>> methods,
            StageDescription description, CallMeters meters, ServerInterceptor spans) {
        var endpoint = new GrpcEndpoint(listening,
                ServerInterceptors.intercept(service(methods, description), spans), meters);
        try {
            endpoint.server.start();
            return endpoint;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen: " + e.getMessage(), e);
        }
    }

    /** {@link StageInstance#WITHIN} where there is none. */
    int port() {
        return server.getPort();
    }

    void setServing(boolean serving) {
        var status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(serviceName, status);
    }

    /** Refuses new calls, so that they are made elsewhere, and waits for those under way; false if that lasts longer. */
    boolean drain(Budget budget) {
        return gate.shut(budget);
    }

    /** How many calls are under way. */
    int underWay() {
        return gate.underWay();
    }

    /** Takes leave of those who are connected (GOAWAY), and cuts off what is under way all the same. */
    void close(Budget budget) {
        if (gate.underWay() == 0) {
            server.shutdown();
            awaitEnd(budget.atMost(GOODBYE));
        }
        server.shutdownNow();
        // The handlers must be gone before the memory that they write to is.
        awaitEnd(budget.atMost(CUT_OFF));
    }

    private void awaitEnd(Budget budget) {
        try {
            server.awaitTermination(budget.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
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
