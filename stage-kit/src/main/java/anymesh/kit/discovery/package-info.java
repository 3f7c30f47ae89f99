// SPDX-License-Identifier: Apache-2.0
/** Which registry, store and locks a process uses, by configuration. Start here: {@link anymesh.kit.discovery.RegistryConfig}. */
@NullMarked
package anymesh.kit.discovery;

import org.jspecify.annotations.NullMarked;
