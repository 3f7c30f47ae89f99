// SPDX-License-Identifier: Apache-2.0
/**
 * OpenAI's API over Vert.x Web: reading and checking requests, writing answers and streams, and the one shape of errors.
 * Start with {@link anymesh.gateway.http.HttpApi}. Everything runs on event loops except the parsing of large bodies.
 */
@NullMarked
package anymesh.gateway.http;

import org.jspecify.annotations.NullMarked;
