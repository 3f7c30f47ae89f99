// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageConfig;

/** Configuration of a projector; {@code config/input-projector.yaml} and {@code output-projector.yaml} explain every key. */
public record ProjectorConfig(StageConfig stage) {

    public static ProjectorConfig inputDefaults() {
        return defaults(ServiceKind.INPUT_PROJECTOR);
    }

    public static ProjectorConfig outputDefaults() {
        return defaults(ServiceKind.OUTPUT_PROJECTOR);
    }

    public ProjectorConfig withStage(StageConfig changed) {
        return new ProjectorConfig(changed);
    }

    private static ProjectorConfig defaults(ServiceKind kind) {
        return new ProjectorConfig(StageConfig.defaults(kind, BatchPolicy.paying(256, 64)));
    }
}
