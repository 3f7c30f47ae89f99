// SPDX-License-Identifier: Apache-2.0
/**
 * {@code anymesh bundle}: from what an exporter wrote to what a service loads, and whether it answers as it should.
 *
 * <p>Start here: {@link anymesh.cli.bundle.BundleCommand}.
 */
@NullMarked
package anymesh.cli.bundle;

import org.jspecify.annotations.NullMarked;
