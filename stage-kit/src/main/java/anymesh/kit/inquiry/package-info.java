// SPDX-License-Identifier: Apache-2.0
/**
 * Asks stages over gRPC what they are, where no registry tells it: of listed endpoints, and of those of a cluster. Start
 * here: {@link anymesh.kit.inquiry.StageInquiry}. Nothing blocks.
 */
@NullMarked
package anymesh.kit.inquiry;

import org.jspecify.annotations.NullMarked;
