// SPDX-License-Identifier: Apache-2.0
/**
 * Real hops for tests, here and in the services. Start here: {@link anymesh.wire.testing.TestingHop}. Everything in it
 * belongs to the test that made it, which closes it.
 */
@NullMarked
package anymesh.wire.testing;

import org.jspecify.annotations.NullMarked;
