// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The sums and means that diffusers' own tests expect ({@code tests/schedulers/test_scheduler_*.py}; sums ±1e-2, means ±1e-3),
 * and runs of diffusers with the schedules of Stable Diffusion.
 */
class UpstreamConformanceTest {

    private static final String SD = "'beta_schedule':'scaled_linear','beta_start':0.00085,'beta_end':0.012";

    @ParameterizedTest(name = "DDIM {0}")
    @CsvSource(quoteCharacter = '`', value = {"`{}`, 172.0067, 0.223967",
        "`{'prediction_type':'v_prediction'}`, 52.5302, 0.0684",
        "`{'set_alpha_to_one':true,'beta_start':0.01}`, 149.8295, 0.1951",
        "`{'set_alpha_to_one':false,'beta_start':0.01}`, 149.0784, 0.1941"})
    void ddimLoopsAsUpstream(String options, double sum, double mean) {
        assertClose(ToyDiffusion.denoiseScaled(start("DDIMScheduler", options, 10), ToyDiffusion.sample(), 0), sum,
                mean);
    }

    @ParameterizedTest(name = "Euler {0}")
    @CsvSource(quoteCharacter = '`', value = {"`{}`, 10.0807, 0.0131",
        "`{'prediction_type':'v_prediction'}`, 0.0002, 2.2676e-06",
        "`{'use_karras_sigmas':true}`, 124.52299, 0.162139"})
    void eulerLoopsAsUpstream(String options, double sum, double mean) {
        var state = start("EulerDiscreteScheduler", with(options, "'num_train_timesteps':1100"), 10);
        assertClose(ToyDiffusion.denoiseScaled(state, ToyDiffusion.scaledSample(state.initNoiseSigma()), 0), sum, mean);
    }

    @ParameterizedTest(name = "DPM++ {0}")
    @CsvSource(quoteCharacter = '`', value = {"`{}`, 0.3301", "`{'prediction_type':'v_prediction'}`, 0.2251",
        "`{'prediction_type':'v_prediction','use_karras_sigmas':true}`, 0.2096",
        "`{'thresholding':true,'dynamic_thresholding_ratio':0.87,'sample_max_value':0.5}`, 1.1364",
        "`{'prediction_type':'v_prediction','use_lu_lambdas':true}`, 0.1554"})
    void dpmSolverLoopsAsUpstream(String options, double mean) {
        var upstream = with(options, "'lower_order_final':false,'final_sigmas_type':'sigma_min'");
        var sample = ToyDiffusion.denoiseScaled(start("DPMSolverMultistepScheduler", upstream, 10),
                ToyDiffusion.sample(), 0);
        assertThat(ToyDiffusion.sum(sample) / sample.length).isEqualTo(mean, within(1e-3));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(quoteCharacter = '`', value = {
        "DDIMScheduler, `{'steps_offset':1,'clip_sample':false,'set_alpha_to_one':false}`, 10, 183.258209",
        "DDIMScheduler, `{'steps_offset':1,'clip_sample':false,'set_alpha_to_one':false,'beta_start':0.0015,'beta_end':0.0195}`, 10, 179.439865",
        "EulerDiscreteScheduler, `{'timestep_spacing':'leading','steps_offset':1}`, 10, 180.648407",
        "EulerDiscreteScheduler, `{'timestep_spacing':'linspace'}`, 10, 178.776230",
        "EulerDiscreteScheduler, `{'timestep_spacing':'trailing'}`, 10, 173.870483",
        "EulerDiscreteScheduler, `{'use_karras_sigmas':true}`, 10, 179.575317",
        "EulerDiscreteScheduler, `{'prediction_type':'v_prediction'}`, 10, 62.328362",
        "DPMSolverMultistepScheduler, `{}`, 10, 184.065704", "DPMSolverMultistepScheduler, `{}`, 20, 190.498505",
        "DPMSolverMultistepScheduler, `{'use_karras_sigmas':true}`, 10, 212.572998",
        "DPMSolverMultistepScheduler, `{'timestep_spacing':'trailing'}`, 10, 184.214172"})
    void stableDiffusionSchedulesAsDiffusers(String scheduler, String options, int steps, double sum) {
        var state = start(scheduler,
                options.contains("beta_start") ? with(options, "'beta_schedule':'scaled_linear'") : with(options, SD),
                steps);
        var sample = ToyDiffusion.denoise(state, ToyDiffusion.scaledSample(state.initNoiseSigma()));
        assertThat(ToyDiffusion.sum(sample)).isEqualTo(sum, within(1e-2));
    }

    @ParameterizedTest(name = "DDIM v, trailing, zero SNR")
    @CsvSource("50.557411")
    void zeroTerminalSnrAsDiffusers(double sum) {
        var state = start("DDIMScheduler",
                "{'prediction_type':'v_prediction','timestep_spacing':'trailing','rescale_betas_zero_snr':true}", 10);
        assertThat(ToyDiffusion.sum(ToyDiffusion.denoise(state, ToyDiffusion.sample()))).isEqualTo(sum, within(1e-2));
    }

    @ParameterizedTest(name = "DDIM eta 1, seed 0")
    @CsvSource("250.527664")
    void stochasticStepsDrawTorchsNoise(double sum) {
        var options = new SchedulerOptions("DDIMScheduler",
                config("DDIMScheduler", with("{'steps_offset':1,'clip_sample':false,'set_alpha_to_one':false}", SD)));
        var state = new DdimScheduler(options, 1).start(10, new TorchGenerator(0));
        assertThat(ToyDiffusion.sum(ToyDiffusion.denoise(state, ToyDiffusion.sample()))).isEqualTo(sum, within(1e-2));
    }

    @ParameterizedTest(name = "from step {1}")
    @CsvSource(quoteCharacter = '`', value = {"DDIMScheduler, 8, 354.5418, 0.4616, `{}`",
        "EulerDiscreteScheduler, 8, 57062.9297, 74.3007, `{'num_train_timesteps':1100}`",
        "DPMSolverMultistepScheduler, 5, 318.4111, 0.4146, `{'lower_order_final':false,'final_sigmas_type':'sigma_min'}`"})
    void runsMayBeginInTheMiddle(String scheduler, int from, double sum, double mean, String options) {
        var state = start(scheduler, options, 10);
        var noised = noised(scheduler, options, state, from);
        assertThat(ToyDiffusion.sum(ToyDiffusion.denoiseScaled(state, noised, from)))
                .isEqualTo(sum, within(Math.max(1e-2, sum * 2e-6)));
        assertThat(ToyDiffusion.sum(noised) / noised.length).isPositive();
        assertThat(mean).isEqualTo(sum / noised.length, within(1e-3));
    }

    /** diffusers' add_noise: √a x + √(1-a) noise, or x + sigma noise for Euler. */
    private static float[] noised(String scheduler, String options, SamplerState state, int from) {
        var table = NoiseTable.of(new SchedulerOptions(scheduler, config(scheduler, options)));
        float alpha = table.alphaCumprod((int) state.timestep(from));
        float signal = (float) Math.sqrt(alpha);
        float spread = (float) Math.sqrt(1 - alpha);
        if (scheduler.equals("EulerDiscreteScheduler")) {
            signal = 1;
            spread = (float) SigmaSpacing.interpolate(table.sigmas(), state.timestep(from));
        }
        // diffusers scales the sample before it adds noise only for Euler.
        float[] sample = scheduler.equals("EulerDiscreteScheduler")
                ? ToyDiffusion.scaledSample(state.initNoiseSigma())
                : ToyDiffusion.sample();
        float[] noise = ToyDiffusion.noise();
        for (int k = 0; k < sample.length; k++) {
            sample[k] = signal * sample[k] + spread * noise[k];
        }
        return sample;
    }

    private static void assertClose(float[] sample, double sum, double mean) {
        assertThat(ToyDiffusion.sum(sample)).isEqualTo(sum, within(1e-2));
        assertThat(ToyDiffusion.sum(sample) / sample.length).isEqualTo(mean, within(1e-3));
    }

    private static SamplerState start(String scheduler, String options, int steps) {
        return Scheduler.of(config(scheduler, options)).start(steps, new TorchGenerator(0));
    }

    private static String with(String options, String more) {
        return Stream.of(options.substring(1, options.length() - 1), more).filter(part -> !part.isEmpty())
                .collect(java.util.stream.Collectors.joining(",", "{", "}"));
    }

    static ObjectNode config(String scheduler, String options) {
        try {
            var config = (ObjectNode) Scheduler.CONFIG_READER.readTree(options.replace('\'', '"'));
            return config.put("_class_name", scheduler).put("_diffusers_version", "0.40.0");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(options, e);
        }
    }
}
