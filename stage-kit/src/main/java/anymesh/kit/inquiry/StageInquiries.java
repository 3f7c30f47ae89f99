// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.inquiry;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.tls.TlsConfig;
import io.vertx.core.Vertx;

/** Makes {@link StageInquiry}s, which share the process' credentials. Thread-safe. */
public final class StageInquiries implements AutoCloseable {
    private final Vertx vertx;
    private final MeshTls tls;

    private StageInquiries(Vertx vertx, MeshTls tls) {
        this.vertx = vertx;
        this.tls = tls;
    }

    /** Reads the certificates; throws {@link IllegalArgumentException} if they cannot be used. */
    public static StageInquiries open(Vertx vertx, TlsConfig tls) {
        return new StageInquiries(vertx, MeshTls.open(tls));
    }

    /** A stage of this service to be asked at this address; connects with the first question. */
    public StageInquiry to(String service, String host, int port) {
        return new StageInquiry(vertx, "service=%s host=%s port=%d".formatted(service, host, port),
                tls.channel(service, host, port).build(), ServiceKind.require(service).describe());
    }

    /** Inquiries that are still open are their owners' to close. */
    @Override
    public void close() {
        tls.close();
    }
}
