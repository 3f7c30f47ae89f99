// SPDX-License-Identifier: Apache-2.0
/**
 * Files that a request names by URLs of the web. Whoever writes a request chooses what this server connects to, so a connection
 * is only ever opened to a {@link anymesh.gateway.fetch.PublicAddress}, which only its own check makes, and a name is looked
 * up once for each connection: what was checked is what is connected to.
 *
 * <p>Start here: {@link anymesh.gateway.fetch.Fetcher}. A fetch belongs to the event loop that began it; names are looked up on
 * threads of their own.
 */
@NullMarked
package anymesh.gateway.fetch;

import org.jspecify.annotations.NullMarked;
