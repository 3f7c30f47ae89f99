// SPDX-License-Identifier: Apache-2.0
/**
 * Models that map rows to rows, which encoders and projectors are. Start here: {@link anymesh.kit.rows.RowModel}.
 */
@NullMarked
package anymesh.kit.rows;

import org.jspecify.annotations.NullMarked;
