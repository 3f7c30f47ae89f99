// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

/** How a signal becomes media: equations 4 and 5. */
public record OutputPath(Hop projector, Hop generator) {}
