// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/** What the denoiser was trained to say: the noise, the clean sample, or the velocity between them (Salimans and Ho 2022). */
enum PredictionType {
    EPSILON, SAMPLE, V_PREDICTION;

    static PredictionType of(SchedulerOptions options) {
        return switch (options.choice("prediction_type", "epsilon", "epsilon", "sample", "v_prediction")) {
            case "sample" -> SAMPLE;
            case "v_prediction" -> V_PREDICTION;
            default -> EPSILON;
        };
    }
}
