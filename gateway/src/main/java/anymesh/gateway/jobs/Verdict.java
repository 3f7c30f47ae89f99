// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

/**
 * What a failed attempt means for its job.
 *
 * @param isPassing whether the same may succeed later, as where there was no capacity
 */
public record Verdict(JobError error, boolean isPassing) {}
