// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

/** A supervised process at one moment; {@code failures} are its ends in a row. */
public record ProcessStatus(String id, ProcessState state, int failures) {}
