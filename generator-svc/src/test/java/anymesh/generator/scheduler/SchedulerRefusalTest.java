// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerRefusalTest {

    private static final NoiseSource NO_NOISE = _ -> {};

    @Test
    void anUnknownSchedulerIsRefusedWithTheListOfThoseThatWork() {
        assertThatThrownBy(() -> Scheduler.of(UpstreamConformanceTest.config("PNDMScheduler", "{}")))
                .isInstanceOf(SchedulerRefusedException.class).hasMessageContainingAll("PNDMScheduler", "DDIMScheduler",
                        "EulerDiscreteScheduler", "DPMSolverMultistepScheduler");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"DDIMScheduler, beta_schedule, `'sigmoid'`",
        "DDIMScheduler, prediction_type, `'flow'`",
        "DDIMScheduler, timestep_spacing, `'karras'`", "DDIMScheduler, num_train_timesteps, `0`",
        "DDIMScheduler, num_train_timesteps, `'1000'`", "DDIMScheduler, trained_betas, `[0.1,0.2]`",
        "DDIMScheduler, trained_betas, `'x'`", "DDIMScheduler, clip_sample, `1`",
        "DDIMScheduler, clip_sample_range, `'wide'`",
        "DDIMScheduler, rescale_betas_zero_snr, true", "DDIMScheduler, steps_offset, `-1`",
        "EulerDiscreteScheduler, interpolation_type, `'cubic'`", "EulerDiscreteScheduler, use_beta_sigmas, true",
        "EulerDiscreteScheduler, timestep_type, `'sde'`", "EulerDiscreteScheduler, final_sigmas_type, `'sigma_max'`",
        "DPMSolverMultistepScheduler, algorithm_type, `'sde-dpmsolver++'`",
        "DPMSolverMultistepScheduler, algorithm_type, `'dpmsolver'`", "DPMSolverMultistepScheduler, solver_order, `3`",
        "DPMSolverMultistepScheduler, solver_type, `'rk4'`",
        "DPMSolverMultistepScheduler, variance_type, `'learned_range'`",
        "DPMSolverMultistepScheduler, use_flow_sigmas, true", "DPMSolverMultistepScheduler, use_beta_sigmas, true",
        "DPMSolverMultistepScheduler, use_dynamic_shifting, true",
        "DPMSolverMultistepScheduler, prediction_type, `'flow_prediction'`"})
    void aValueThatIsNotImplementedIsRefusedByNameAndValue(String scheduler, String option, String value) {
        assertThatThrownBy(
                () -> Scheduler.of(UpstreamConformanceTest.config(scheduler, "{'" + option + "':" + value + "}")))
                .isInstanceOf(SchedulerRefusedException.class)
                .hasMessageContainingAll(scheduler, option, value.replace('\'', '"').split(",", -1)[0], "supported");
    }

    @Test
    void twoNoiseSpacingsAtOnceAreRefused() {
        for (var scheduler : new String[]{"EulerDiscreteScheduler", "DPMSolverMultistepScheduler"}) {
            var both = "{'use_karras_sigmas':true,'use_exponential_sigmas':true}";
            assertThatThrownBy(() -> Scheduler.of(UpstreamConformanceTest.config(scheduler, both)))
                    .hasMessageContaining("use_exponential_sigmas");
        }
    }

    @Test
    void anOptionThatNoSchedulerKnowsIsRefusedByName() {
        assertThatThrownBy(() -> Scheduler.of(UpstreamConformanceTest.config("DDIMScheduler", "{'use_magic':true}")))
                .isInstanceOf(SchedulerRefusedException.class).hasMessageContainingAll("use_magic", "true");
    }

    @Test
    void anOptionOfAnotherSchedulerIsIgnoredAsInDiffusers() {
        var sdxl = "{'skip_prk_steps':true,'set_alpha_to_one':false,'clip_sample':false,'_use_default_values':['x']}";
        assertThat(Scheduler.of(UpstreamConformanceTest.config("EulerDiscreteScheduler", sdxl)))
                .isInstanceOf(EulerDiscreteScheduler.class);
    }

    @Test
    void negativeInfinityAsDiffusersWritesItIsRead() {
        assertThat(Scheduler
                .of(UpstreamConformanceTest.config("DPMSolverMultistepScheduler", "{'lambda_min_clipped':-Infinity}")))
                .isInstanceOf(DpmSolverMultistepScheduler.class);
    }

    @ParameterizedTest
    @CsvSource({"DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler"})
    void moreStepsThanTrainingTimestepsAreRefused(String scheduler) {
        var made = Scheduler.of(UpstreamConformanceTest.config(scheduler, "{}"));
        assertThatThrownBy(() -> made.start(1001, NO_NOISE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> made.start(0, NO_NOISE)).isInstanceOf(IllegalArgumentException.class);
        assertThat(made.start(7, NO_NOISE).steps()).isEqualTo(7);
    }

    @Test
    void trailingSpacingLaysAsManyTimestepsAsWereAskedFor() {
        // numpy's arange(1000, 0, -1000/61) has 62 elements, and diffusers runs the last at timestep -1.
        var ddim = Scheduler.of(UpstreamConformanceTest.config("DDIMScheduler", "{'timestep_spacing':'trailing'}"));
        assertThat(ddim.start(61, NO_NOISE).steps()).isEqualTo(61);
    }
}
