// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bundle's files take of a machine's memory, once they are loaded. Told before anything is: a machine that runs out of it
 * ends processes without a word.
 *
 * @param bytes of all its files, which are weights but for a hundredth
 * @param available what the machine has, or the container that this process runs in
 */
record MemoryNeed(ModelBundle bundle, long bytes, long available) {
    private static final Logger log = LoggerFactory.getLogger(MemoryNeed.class);
    private static final double GIGA = 1e9;

    static MemoryNeed of(ModelBundle bundle) {
        long bytes = bundle.manifest().files().keySet().stream().mapToLong(file -> size(bundle, file)).sum();
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new MemoryNeed(bundle, bytes, system.getTotalMemorySize());
    }

    private static long size(ModelBundle bundle, String file) {
        try {
            return Files.size(bundle.directory().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@link BundleException} if the weights alone are more than there is. */
    void requireRoom() {
        log.info("bundle={} megabytes={}", bundle.directory(), bytes / 1_000_000);
        if (bytes > available) {
            throw new BundleException(
                    "%s: its files take %.1f GB of memory and there are %.1f GB (expected: a machine, or a limit of the container, with more; or weights of a lower precision)"
                            .formatted(bundle.directory(), bytes / GIGA, available / GIGA));
        }
    }
}
