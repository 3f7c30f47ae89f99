// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageMain;

/** The backbone in a process of its own. */
public final class BackboneMain {
    private BackboneMain() {}

    public static void main(String[] args) {
        StageMain.main(ServiceKind.BACKBONE.name(), BackboneConfig.class, BackboneConfig.defaults(), args,
                BackboneConfig::stage,
                BackboneStage::load);
    }
}
