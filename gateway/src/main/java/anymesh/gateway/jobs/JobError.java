// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

/** Why a job failed, as its caller may read it. */
public record JobError(String code, String message) {}
