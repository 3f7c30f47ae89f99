// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;

/**
 * Something that has a length and can be gone through often, but is no list: a range, or the keys, values or items of a dictionary.
 *
 * @param name as it is printed, such as {@code dict_keys([...])}; {@code range(0, 3)}
 * @param isRange whether it has places that can be asked for
 */
record View(String name, List<Object> items, boolean isRange) {}
