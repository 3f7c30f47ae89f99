// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;

/** Asks for the addresses of a name. */
interface Lookup {
    /** All of them, at least one; completes on the caller's event loop. */
    Future<List<InetAddress>> addresses(String name);
}
