// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.kit.server.StageMain;

/** The image generator in a process of its own. */
public final class GeneratorMain {
    private GeneratorMain() {}

    public static void main(String[] args) {
        StageMain.main("generator-image", GeneratorConfig.class, GeneratorConfig.defaults(), args,
                GeneratorConfig::stage,
                GeneratorStage::load);
    }
}
