// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** A value that can be called: a macro, a global function, a method of a value. */
@FunctionalInterface
interface Function {
    Object call(Call call);
}
