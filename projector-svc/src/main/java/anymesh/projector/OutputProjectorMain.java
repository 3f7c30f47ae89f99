// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageMain;

/** The output projector in a process of its own. */
public final class OutputProjectorMain {
    private OutputProjectorMain() {}

    public static void main(String[] args) {
        StageMain.main(ServiceKind.OUTPUT_PROJECTOR.name(), ProjectorConfig.class, ProjectorConfig.outputDefaults(),
                args,
                ProjectorConfig::stage, ProjectorStage::output);
    }
}
