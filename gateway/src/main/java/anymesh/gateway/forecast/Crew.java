// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

/**
 * Those who serve a release.
 *
 * @param instances how many
 * @param rows that each of them works on at once
 */
record Crew(int instances, int rows) {}
