// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.routing.Hop;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;

/**
 * Which step of whose request.
 *
 * @param hop the release that is to serve it, not the instance
 * @param work rows that the step takes of a batch, as in {@code StageDescription.capacity}
 * @param request cancelling it cancels the step
 */
public record StageCall<Q extends Message, R extends Message>(Hop hop, int work,
        MethodDescriptor<Frame<Q>, Frame<R>> method, CallContext request) {}
