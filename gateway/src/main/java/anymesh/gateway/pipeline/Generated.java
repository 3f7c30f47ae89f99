// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;

/** X: one generated file. */
record Generated(GeneratedMedia media, StageUsage usage) {

    /** The same work, with other contents. */
    Generated with(GeneratedMedia other) {
        return new Generated(other, usage);
    }
}
