// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageMain;

/** The input projector in a process of its own. */
public final class InputProjectorMain {
    private InputProjectorMain() {}

    public static void main(String[] args) {
        StageMain.main(ServiceKind.INPUT_PROJECTOR.name(), ProjectorConfig.class, ProjectorConfig.inputDefaults(), args,
                ProjectorConfig::stage, ProjectorStage::input);
    }
}
