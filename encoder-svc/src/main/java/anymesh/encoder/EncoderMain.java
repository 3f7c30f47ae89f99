// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.server.StageMain;

/** The encoder in a process of its own. */
public final class EncoderMain {
    private EncoderMain() {}

    public static void main(String[] args) {
        StageMain.main("encoder", EncoderConfig.class, EncoderConfig.defaults(), args, EncoderConfig::stage,
                EncoderStage::load);
    }
}
