// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway's end of the gRPC wire: channels to stage instances and calls to them as Vert.x futures. Start with
 * {@link anymesh.gateway.client.StageClient}, which also decides who is called, how long is waited and what is done again
 * elsewhere. Results arrive on the Vert.x context from which a call was made; whoever
 * is handed a frame or a batch closes it or passes it on.
 */
@NullMarked
package anymesh.gateway.client;

import org.jspecify.annotations.NullMarked;
