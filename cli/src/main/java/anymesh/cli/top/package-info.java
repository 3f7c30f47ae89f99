// SPDX-License-Identifier: Apache-2.0
/** What {@code anymesh top} shows, from the Prometheus metrics of running instances. Start here: {@link anymesh.cli.top.TopTable}. */
@NullMarked
package anymesh.cli.top;

import org.jspecify.annotations.NullMarked;
