// SPDX-License-Identifier: Apache-2.0
/** What the gateway's parts report to: {@link anymesh.gateway.telemetry.Telemetry}. */
@NullMarked
package anymesh.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
