// SPDX-License-Identifier: Apache-2.0
/**
 * Request bodies and answers as bytes: read and written so that the heap holds little more than the media in them. A
 * body stays in the pieces in which it came; of its JSON a tree is made in which long strings are only places in the body
 * ({@link anymesh.gateway.body.JsonString}), and base64 goes from there straight into bytes. What is held is counted in a
 * {@link anymesh.gateway.body.Room}.
 *
 * <p>Start here: {@link anymesh.gateway.body.JsonTree}.
 */
@NullMarked
package anymesh.gateway.body;

import org.jspecify.annotations.NullMarked;
