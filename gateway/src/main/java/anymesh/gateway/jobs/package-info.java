// SPDX-License-Identifier: Apache-2.0
/**
 * Films that are made while nobody waits for them. Start with {@link anymesh.gateway.jobs.Jobs}. A job is a row that all gateways of
 * a mesh see ({@link anymesh.gateway.jobs.JobStore}); whichever has room takes it under a lease and runs it
 * ({@link anymesh.gateway.jobs.JobRunner}). Every write names the attempt that it belongs to, so that a gateway which lost its lease
 * can change nothing. What a job makes is stored before the job says so; what no job names is deleted later. Nothing blocks.
 */
@NullMarked
package anymesh.gateway.jobs;

import org.jspecify.annotations.NullMarked;
