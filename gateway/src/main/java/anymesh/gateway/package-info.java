// SPDX-License-Identifier: Apache-2.0
/**
 * The gateway: OpenAI's API in front, the mesh behind. {@link anymesh.gateway.Gateway} puts it together. A request comes
 * in through {@code http}, gets a plan from {@code routing}, walks it in {@code pipeline}, and reaches the stages through
 * {@code client}; none of these knows the one before it.
 */
@NullMarked
package anymesh.gateway;

import org.jspecify.annotations.NullMarked;
