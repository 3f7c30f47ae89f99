// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** What a name or attribute that isn't there evaluates to: empty where it is printed, a fault where it is used. */
record Undefined(String why) {

    TemplateFault fault() {
        return new TemplateFault(why);
    }
}
