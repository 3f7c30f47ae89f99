// SPDX-License-Identifier: Apache-2.0
/**
 * Which release serves which step of a request. Start with {@link anymesh.gateway.routing.StageRouter}; the choice
 * itself is {@link anymesh.gateway.routing.RoutePlan}, a pure function of what a request needs, the routes, what is
 * registered and a draw. Nothing here blocks, keeps state between requests, or knows HTTP.
 */
@NullMarked
package anymesh.gateway.routing;

import org.jspecify.annotations.NullMarked;
