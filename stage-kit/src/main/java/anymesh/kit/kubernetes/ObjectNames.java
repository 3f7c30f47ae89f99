// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Names of the mesh's documents and locks as names of objects, which may have neither slashes nor capital letters nor more than
 * 253 characters: what is legal of the name, for people, and behind it 128 bits of its SHA-256, so that no two names meet
 * in one object.
 */
final class ObjectNames {
    /** Whose objects these are, on every one of them. */
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String ANYMESH = "anymesh";
    /** The annotation that holds the name itself. */
    static final String NAME = "anymesh.io/name";
    private static final int READABLE = 100;
    private static final int DIGEST_BYTES = 16;
    private static final int LABEL = 63;

    private ObjectNames() {}

    /** Such as {@code anymesh-routes-output-image-} and the digest. */
    static String of(String name) {
        return "anymesh-%s-%s".formatted(legal(name, READABLE), digest(name));
    }

    /**
     * A label's value for all names that have the same text before their first slash; others may have it too. Empty where
     * nothing of that is legal.
     */
    static String folder(String name) {
        int slash = name.indexOf('/');
        return legal(slash < 0 ? "" : name.substring(0, slash), LABEL).replaceAll("^-|-$", "");
    }

    private static String legal(String name, int most) {
        var small = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return small.substring(0, Math.min(most, small.length()));
    }

    private static String digest(String name) {
        try {
            var sha = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
