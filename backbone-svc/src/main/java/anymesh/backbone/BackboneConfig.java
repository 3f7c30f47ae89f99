// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageConfig;

/** Configuration of the backbone; {@code config/backbone.yaml} explains every key. */
public record BackboneConfig(StageConfig stage, int prefillTokens, int maxSignalRuns, boolean drafts,
        long prefixBytes) {

    public BackboneConfig {
        if (prefillTokens < 1) {
            throw new IllegalArgumentException("prefillTokens: %d (expected: > 0)".formatted(prefillTokens));
        }
        if (prefixBytes < 0) {
            throw new IllegalArgumentException("prefixBytes: %d (expected: >= 0)".formatted(prefixBytes));
        }
        if (maxSignalRuns < 1) {
            throw new IllegalArgumentException("maxSignalRuns: %d (expected: > 0)".formatted(maxSignalRuns));
        }
    }

    public static BackboneConfig defaults() {
        return new BackboneConfig(StageConfig.defaults(ServiceKind.BACKBONE, new BatchPolicy(256, 16)), 512, 8, true,
                64L << 20);
    }

    public BackboneConfig withStage(StageConfig changed) {
        return new BackboneConfig(changed, prefillTokens, maxSignalRuns, drafts, prefixBytes);
    }
}
