// SPDX-License-Identifier: Apache-2.0
/**
 * Who may use the API, and how much of it: keys, of which only hashes are kept, and what each has asked for and has taken. Every
 * gateway counts for itself.
 */
@NullMarked
package anymesh.gateway.keys;

import org.jspecify.annotations.NullMarked;
