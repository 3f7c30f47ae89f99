// SPDX-License-Identifier: Apache-2.0
/**
 * Which instance serves which step of a request. Start with {@link anymesh.gateway.routing.StageRouter}; the choice
 * itself is {@link anymesh.gateway.routing.RoutePlan}, a pure function of what a request needs and what is registered.
 * Nothing here blocks, keeps state between requests but a counter, or knows HTTP.
 */
@NullMarked
package anymesh.gateway.routing;

import org.jspecify.annotations.NullMarked;
