// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import com.google.protobuf.ByteString;

/**
 * A file of a form.
 *
 * @param name what its client calls it; empty where it has no name
 */
public record FormFile(String name, ByteString bytes) {
    /** Its name and size, for messages. */
    @Override
    public String toString() {
        return "a file of " + bytes.size() + " bytes";
    }
}
