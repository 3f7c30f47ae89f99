// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageMain;

/** The encoder in a process of its own. */
public final class EncoderMain {
    private EncoderMain() {}

    public static void main(String[] args) {
        StageMain.main(ServiceKind.ENCODER.name(), EncoderConfig.class, EncoderConfig.defaults(), args,
                EncoderConfig::stage,
                EncoderStage::load);
    }
}
