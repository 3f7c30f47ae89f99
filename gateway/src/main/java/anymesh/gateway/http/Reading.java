// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.call.CallContext;
import io.vertx.core.Future;

/** A body that was read and found right, but for files that it may name by URLs. */
@FunctionalInterface
interface Reading<T> {
    /** What it says, with its files. */
    Future<T> complete(CallContext call);

    /** One that names none. */
    static <T> Reading<T> of(T request) {
        return _ -> Future.succeededFuture(request);
    }
}
