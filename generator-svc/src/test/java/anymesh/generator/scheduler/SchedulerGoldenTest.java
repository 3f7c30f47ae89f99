// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option against diffusers itself: schedulers.json, written by src/test/python/scheduler_golden.py. */
class SchedulerGoldenTest {

    private static final NoiseSource NO_NOISE = _ -> {
        throw new AssertionError("a deterministic sampler drew noise");
    };

    static Stream<Named<JsonNode>> cases() throws IOException {
        JsonNode cases;
        try (var resource = Objects.requireNonNull(SchedulerGoldenTest.class.getResourceAsStream("/schedulers.json"))) {
            cases = Scheduler.CONFIG_READER.readTree(resource);
        }
        return cases.valueStream().map(c -> Named.of(c.get("steps") + " steps of " + c.get("config"), c));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyOptionDoesWhatDiffusersDoes(JsonNode golden) {
        var state = Scheduler.of(golden.get("config")).start(golden.get("steps").intValue(), NO_NOISE);

        assertThat(timesteps(state)).containsExactly(numbers(golden.get("timesteps")), within(1e-3));
        assertThat((double) state.initNoiseSigma()).isEqualTo(golden.get("initNoiseSigma").doubleValue(), within(1e-3));
        var sample = ToyDiffusion.denoise(state, ToyDiffusion.scaledSample(state.initNoiseSigma()));
        double sum = golden.get("sum").doubleValue();
        assertThat(ToyDiffusion.sum(sample)).isEqualTo(sum, within(1e-2 + 1e-6 * sum));
        var expected = numbers(golden.get("values"));
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) sample[k * 97]).isEqualTo(expected[k], within(1e-4 + 1e-5 * Math.abs(expected[k])));
        }
    }

    private static double[] timesteps(SamplerState state) {
        double[] timesteps = new double[state.steps()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = state.timestep(i);
        }
        return timesteps;
    }

    private static double[] numbers(JsonNode list) {
        return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }
}
