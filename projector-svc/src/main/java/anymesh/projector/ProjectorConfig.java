// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.server.StageConfig;
import java.nio.file.Path;

/** Configuration of a projector; {@code config/input-projector.yaml} and {@code output-projector.yaml} explain every key. */
public record ProjectorConfig(StageConfig stage) {

    public static ProjectorConfig inputDefaults() {
        return defaults(7020, 7120, "input-projector");
    }

    public static ProjectorConfig outputDefaults() {
        return defaults(7040, 7140, "output-projector");
    }

    public ProjectorConfig withStage(StageConfig changed) {
        return new ProjectorConfig(changed);
    }

    private static ProjectorConfig defaults(int grpcPort, int httpPort, String bundle) {
        return new ProjectorConfig(StageConfig.defaults(grpcPort, httpPort, Path.of("models/toyworld", bundle),
                new BatchPolicy(256, 64)));
    }
}
