// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** Python's {@code None}. */
enum None {
    NONE
}
