// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

/** How media of one modality reaches the backbone: equations 1 and 2. */
public record InputPath(Hop encoder, Hop projector) {}
