// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import java.time.Duration;

/**
 * How much of a limit is left, for its caller to know.
 *
 * @param of what is limited: {@code requests} or {@code work}
 * @param limit a minute
 * @param reset until nothing of it is taken
 */
public record Rate(String of, long limit, long remaining, Duration reset) {}
