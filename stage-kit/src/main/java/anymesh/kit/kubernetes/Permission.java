// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import java.util.stream.Stream;

/** What somebody may do to one kind of object of a namespace, as a Role says it; {@code resource} may name a part of it. */
record Permission(String verb, String group, String resource) {

    static Stream<Permission> of(String group, String resource, String... verbs) {
        return Stream.of(verbs).map(verb -> new Permission(verb, group, resource));
    }

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
}
