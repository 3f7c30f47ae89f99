// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

/** Pixels across and down. */
record Size(int width, int height) {}
