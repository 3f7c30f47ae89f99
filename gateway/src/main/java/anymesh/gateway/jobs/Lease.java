// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

/** The right to write to a job: it ends when another attempt begins. */
public record Lease(String id, long attempt) {}
