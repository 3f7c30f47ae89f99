// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;

/** What answers, as the gateway would have it answer. */
@FunctionalInterface
public interface Backbone {

    /** Answers a request; returns once the answer has ended. */
    void answer(Frame<BackboneRequest> request, CallContext call, Emitter<BackboneEvent> out)
            throws InterruptedException;
}
