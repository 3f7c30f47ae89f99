// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key as the gateway knows it. Keys are 256 random bits, so that a plain hash of one can't be guessed back.
 *
 * @param name what its use is counted under; several keys may have one name, as while one takes the other's place
 * @param sha256 of the key, hexadecimal
 * @param admin whether it also opens what tells of the mesh and of all callers
 */
public record ApiKey(String name, String sha256, boolean admin, KeyLimits limits) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "sk-anymesh-";
    private static final int BYTES = 32;

    public ApiKey(@Nullable String name, @Nullable String sha256, boolean admin, @Nullable KeyLimits limits) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: %s (expected: up to 63 letters, digits, dots, dashes and underscores)".formatted(name));
        }
        if (sha256 == null || !HASH.matcher(sha256.toLowerCase(Locale.ROOT)).matches()) {
            // Not what stands there: it may be the key itself, by mistake.
            throw new IllegalArgumentException("sha256 of %s: expected 64 hexadecimal digits".formatted(name));
        }
        this.name = name;
        this.sha256 = sha256.toLowerCase(Locale.ROOT);
        this.admin = admin;
        this.limits = limits == null ? KeyLimits.none() : limits;
    }

    /** A key that nobody has. */
    public static String random() {
        var bits = new byte[BYTES];
        new SecureRandom().nextBytes(bits);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** What is kept of a key. */
    public static String hash(String key) {
        return Hashing.sha256().hashString(key, StandardCharsets.UTF_8).toString();
    }
}
