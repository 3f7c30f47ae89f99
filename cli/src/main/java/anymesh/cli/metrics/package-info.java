// SPDX-License-Identifier: Apache-2.0
/** What running instances say of themselves at {@code /metrics}. Start here: {@link anymesh.cli.metrics.Metrics}. */
@NullMarked
package anymesh.cli.metrics;

import org.jspecify.annotations.NullMarked;
