// SPDX-License-Identifier: Apache-2.0
/**
 * What a backbone bundle says, read once and checked against its ONNX sessions: names and shapes of the graphs, the
 * prompt's pieces, the signals, the stop tokens.
 *
 * <p>Start here: {@link anymesh.backbone.bundle.BackboneBundle}. Everything but the two models is immutable.
 */
@NullMarked
package anymesh.backbone.bundle;

import org.jspecify.annotations.NullMarked;
