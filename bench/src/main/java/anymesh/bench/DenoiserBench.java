// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.generator.pipeline.Denoising;
import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.generator.pipeline.MediaRequest;
import anymesh.kit.model.OnnxSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;

/** The denoiser's twenty guided steps for four and eight pictures at once, against one. */
final class DenoiserBench {
    private static final int STEPS = 20;
    private static final float GUIDANCE = 3;

    private DenoiserBench() {}

    static void run(Path home, int rounds) throws Exception {
        try (var pipeline = DiffusionPipeline.load(home.resolve("models/toyworld/generator-image-2.0.0"),
                OnnxSettings.cpu(0), 8)) {
            var times = Medians.of(rounds, Medians.millis(() -> denoise(pipeline, 1)),
                    Medians.millis(() -> denoise(pipeline, 4)), Medians.millis(() -> denoise(pipeline, 8)));
            System.out.printf("| denoiser, 4 pictures at once | %.1f ms, one %.1f ms | %.2f× | ≤ 2.8× |%n",
                    times.median(1),
                    times.median(0), times.ratio(1, 0));
            System.out.printf("| denoiser, 8 pictures at once | %.1f ms, one %.1f ms | %.2f× | ≤ 5× |%n",
                    times.median(2),
                    times.median(0), times.ratio(2, 0));
        }
    }

    private static void denoise(DiffusionPipeline pipeline, int pictures) {
        var active = new ArrayList<Denoising>();
        for (int i = 0; i < pictures; i++) {
            active.add(pipeline.begin(new MediaRequest(condition(pipeline, i), i, STEPS, GUIDANCE,
                    pipeline.manifest().output().sizes().getFirst())));
        }
        for (int step = 0; step < STEPS; step++) {
            pipeline.step(active);
        }
    }

    private static float[] condition(DiffusionPipeline pipeline, int seed) {
        var random = new SplittableRandom(seed);
        var condition = new float[pipeline.conditionShape().numbers()];
        for (int i = 0; i < condition.length; i++) {
            condition[i] = (float) random.nextDouble(-1, 1);
        }
        return condition;
    }
}
