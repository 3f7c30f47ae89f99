// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.telemetry;

import anymesh.kit.registry.Release;
import io.micrometer.core.instrument.Tags;

/** How meters name a release. */
public final class ReleaseTags {
    private ReleaseTags() {}

    public static Tags of(Release release) {
        return Tags.of("stage", release.service(), "bundle", release.bundle(), "version", release.version());
    }
}
