// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import io.vertx.core.http.HttpServerOptions;

/** How everything here listens for HTTP without TLS: HTTP/1.1. */
public final class PlainHttp {
    private PlainHttp() {}

    /**
     * Options that leave a client's {@code Upgrade: h2c} be. The JDK's client asks for it in every first request, and with
     * Vert.x 5 one answer in some hundred then never reached it; RFC 9113 (3.1) has given up that upgrade.
     */
    public static HttpServerOptions options() {
        return new HttpServerOptions().setHttp2ClearTextEnabled(false);
    }
}
