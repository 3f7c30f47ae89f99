// SPDX-License-Identifier: Apache-2.0
/**
 * How many instances each service is wanted to have. Start here: {@link anymesh.kit.replicas.WantedReplicas}. Whoever
 * runs instances makes it so; whoever needs one that sleeps asks for it here.
 */
@NullMarked
package anymesh.kit.replicas;

import org.jspecify.annotations.NullMarked;
