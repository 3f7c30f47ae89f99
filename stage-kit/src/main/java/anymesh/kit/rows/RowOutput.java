// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

/** One output of a row model: its name in the graph and the space its rows live in. */
public record RowOutput(String name, String space) {}
