// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.Twins;
import io.vertx.core.Future;

/** Says how good two outputs are that ought to be the same. */
public interface Quality {

    /** From 0 to 1 each, where 1 is best. */
    record Judged(double incumbent, double candidate) {}

    /** To be called on a Vert.x context, on which it answers. */
    Future<Judged> judge(Twins twins);
}
