// SPDX-License-Identifier: Apache-2.0
/**
 * Configuration as records: defaults, then YAML, then the environment. Start here:
 * {@link anymesh.kit.config.ConfigLoader}.
 */
@NullMarked
package anymesh.kit.config;

import org.jspecify.annotations.NullMarked;
