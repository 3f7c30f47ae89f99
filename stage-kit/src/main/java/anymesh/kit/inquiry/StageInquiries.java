// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.inquiry;

import anymesh.kit.tls.MeshTls;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import io.grpc.MethodDescriptor;
import io.vertx.core.Vertx;
import java.util.function.Function;

/** Makes {@link StageInquiry}s, which share the process' credentials. Thread-safe. */
public final class StageInquiries implements AutoCloseable {
    private final Vertx vertx;
    private final MeshTls tls;
    private final Function<String, MethodDescriptor<DescribeRequest, StageDescription>> describe;

    private StageInquiries(Vertx vertx, MeshTls tls,
            Function<String, MethodDescriptor<DescribeRequest, StageDescription>> describe) {
        this.vertx = vertx;
        this.tls = tls;
        this.describe = describe;
    }

    /**
     * Reads the certificates; throws {@link IllegalArgumentException} if they cannot be used.
     *
     * @param describe the call by which a service is asked what it is
     */
    public static StageInquiries open(Vertx vertx, TlsConfig tls,
            Function<String, MethodDescriptor<DescribeRequest, StageDescription>> describe) {
        return new StageInquiries(vertx, MeshTls.open(tls), describe);
    }

    /** A stage of this service to be asked at this address; connects with the first question. */
    public StageInquiry to(String service, String host, int port) {
        return new StageInquiry(vertx, "service=%s host=%s port=%d".formatted(service, host, port),
                tls.channel(service, host, port).build(), describe.apply(service));
    }

    /** Inquiries that are still open are their owners' to close. */
    @Override
    public void close() {
        tls.close();
    }
}
