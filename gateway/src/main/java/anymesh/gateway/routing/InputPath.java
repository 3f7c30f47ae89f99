// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.Representation;

/**
 * How media of one modality reaches the backbone: equations 1 and 2.
 *
 * @param representation what the encoder is asked for, so that its space is one that the projector accepts
 */
public record InputPath(Hop encoder, Representation representation, Hop projector) {}
