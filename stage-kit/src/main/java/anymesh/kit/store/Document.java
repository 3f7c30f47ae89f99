// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

/** A text in a {@link MeshStore}. The version grows with each write of it and is never used again for this name. */
public record Document(String name, String text, long version) {
    /** The version of what is not there. */
    public static final long ABSENT = 0;

    public Document {
        requireName(name);
    }

    /** Refuses what is no name: a path of letters, digits, {@code .}, {@code _} and {@code -}. */
    public static String requireName(String name) {
        if (!name.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) {
            throw new IllegalArgumentException("'%s' is no name of a document (expected: such as replicas/backbone)"
                    .formatted(name));
        }
        return name;
    }
}
