// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A sampler as a bundle configures it. Immutable, shared by all requests; {@link #start} gives each its own state. */
public sealed interface Scheduler permits DdimScheduler, EulerDiscreteScheduler, DpmSolverMultistepScheduler {

    /** diffusers writes {@code "lambda_min_clipped": -Infinity}, which is no JSON to a strict reader. */
    JsonMapper CONFIG_READER = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    /**
     * Begins one request.
     *
     * @param steps denoiser calls, 1 up to the training timesteps; more is an {@link IllegalArgumentException}
     * @param noise where a stochastic sampler draws fresh noise: the generator that drew the first latents, going on
     */
    SamplerState start(int steps, NoiseSource noise);

    /** Reads {@code scheduler_config.json}. Throws {@link SchedulerRefusedException} naming what it cannot do. */
    static Scheduler read(Path schedulerConfig) {
        try {
            return parse(Files.readString(schedulerConfig));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + schedulerConfig, e);
        }
    }

    /** As {@link #read}, of the file's text. */
    static Scheduler parse(String json) {
        try {
            return of(CONFIG_READER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new SchedulerRefusedException("scheduler config is no JSON: " + e.getOriginalMessage());
        }
    }

    /** The scheduler that a parsed config's {@code _class_name} names. */
    static Scheduler of(JsonNode config) {
        String name = config.path("_class_name").asText("");
        SchedulerOptions options = new SchedulerOptions(name, config);
        Scheduler scheduler = switch (name) {
            case "DDIMScheduler" -> new DdimScheduler(options, 0);
            case "EulerDiscreteScheduler" -> new EulerDiscreteScheduler(options);
            case "DPMSolverMultistepScheduler" -> new DpmSolverMultistepScheduler(options);
            default -> throw new SchedulerRefusedException("scheduler _class_name \"" + name
                    + "\" is not supported (supported: DDIMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler)");
        };
        options.refuseUnknown();
        return scheduler;
    }
}
