// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

/**
 * What a request found at a release when it was let in; how long that takes is another matter, of which more is known later.
 *
 * @param rows that its media take each
 * @param own work, of its own
 * @param all work, with that of those before it
 * @param working instances that have some of it
 * @param together rows that each of those works on at once
 */
record Found(int rows, double own, double all, int working, int together) {}
