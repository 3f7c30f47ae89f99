// SPDX-License-Identifier: Apache-2.0
/**
 * Which stages exist and which of them may be called. Start here: {@link anymesh.kit.registry.StageRegistry}.
 */
@NullMarked
package anymesh.kit.registry;

import org.jspecify.annotations.NullMarked;
