// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * A version of a bundle that runs as a service: what a route points at, what an instance is one of, and what made a part of
 * an answer. Written {@code SERVICE=BUNDLE@VERSION}, such as {@code generator-image=toyworld@2.0.0}.
 */
public record Release(String service, String bundle, String version) implements Comparable<Release> {
    private static final Pattern WRITTEN = Pattern.compile("([^=@\\s]+)=([^=@\\s]+)@([^=@\\s]+)");
    private static final Comparator<Release> ORDER = Comparator.comparing(Release::service)
            .thenComparing(Release::bundle).thenComparing(Release::version);

    /** Reads what {@link #toString} writes; {@code IllegalArgumentException} says what is wrong with anything else. */
    public static Release parse(String text) {
        var parts = WRITTEN.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is no release (expected: SERVICE=BUNDLE@VERSION, such as generator-image=toyworld@2.0.0)"
                            .formatted(text));
        }
        return new Release(parts.group(1), parts.group(2), parts.group(3));
    }

    /** {@code SERVICE/BUNDLE/VERSION}: its name where the mesh keeps how many instances are wanted. */
    public String key() {
        return String.join("/", service, bundle, version);
    }

    @Override
    public int compareTo(Release other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return service + "=" + bundle + "@" + version;
    }
}
