// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.BackboneFinished;

/** How the backbone ended; its text and signals have been handed on while it wrote. */
record Reasoned(BackboneFinished finished, StageUsage usage) {}
