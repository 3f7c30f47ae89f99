// SPDX-License-Identifier: Apache-2.0
/**
 * Where steps wait for an instance instead of failing, and wake the service that sleeps. Start with
 * {@link anymesh.gateway.waiting.WaitingRoom}. Nothing here blocks or holds a thread; a waiter is used on the context of
 * its request only.
 */
@NullMarked
package anymesh.gateway.waiting;

import org.jspecify.annotations.NullMarked;
