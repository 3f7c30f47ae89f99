// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

/** Something that was registered; closing it, once or more often, takes it back. */
public interface Registration extends AutoCloseable {
    @Override
    void close();
}
