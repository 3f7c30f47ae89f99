// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.server.StageMain;

/** The backbone in a process of its own. */
public final class BackboneMain {
    private BackboneMain() {}

    public static void main(String[] args) {
        StageMain.main("backbone", BackboneConfig.class, BackboneConfig.defaults(), args, BackboneConfig::stage,
                BackboneStage::load);
    }
}
