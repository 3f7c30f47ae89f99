// SPDX-License-Identifier: Apache-2.0
/**
 * A stage as a server: its life from loading to stopped, gRPC with health, and the operator's HTTP side.
 *
 * <p>Start here: {@link anymesh.kit.server.Stage} is what a service implements, {@link anymesh.kit.server.StageRunner}
 * runs it. Handlers run on virtual threads; event loops only carry bytes.
 */
@NullMarked
package anymesh.kit.server;

import org.jspecify.annotations.NullMarked;
