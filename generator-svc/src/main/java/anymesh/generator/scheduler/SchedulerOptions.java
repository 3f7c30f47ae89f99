// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Typed access to a scheduler config that remembers what was asked for, so that an option nobody asked for is refused instead
 * of silently ignored. JSON null means absent, as None does in diffusers.
 */
final class SchedulerOptions {

    private static final Logger LOG = LoggerFactory.getLogger(SchedulerOptions.class);

    /**
     * Options of other diffusers schedulers that real configs carry along (SDXL's Euler config has PNDM's
     * {@code skip_prk_steps}). diffusers ignores them where the class does not know them, so refusing them would refuse
     * bundles that work.
     */
    private static final Set<String> OF_OTHER_SCHEDULERS = Set.of("algorithm_type", "clip_sample", "clip_sample_range",
            "disable_corrector", "dynamic_thresholding_ratio", "euler_at_final", "final_sigmas_type", "flow_shift",
            "interpolation_type", "lambda_min_clipped", "lower_order_final", "predict_x0", "sample_max_value",
            "set_alpha_to_one", "shift_terminal", "sigma_max", "sigma_min", "skip_prk_steps", "solver_order",
            "solver_p", "solver_type",
            "thresholding", "time_shift_type", "timestep_type", "use_beta_sigmas", "use_dynamic_shifting",
            "use_exponential_sigmas", "use_flow_sigmas", "use_karras_sigmas", "use_lu_lambdas", "variance_type");

    private final String scheduler;
    private final JsonNode config;
    private final Set<String> known = new HashSet<>();

    SchedulerOptions(String scheduler, JsonNode config) {
        this.scheduler = scheduler;
        this.config = config;
    }

    private @Nullable JsonNode find(String name) {
        known.add(name);
        JsonNode value = config.get(name);
        return value == null || value.isNull() ? null : value;
    }

    int integer(String name, int fallback, int least) {
        JsonNode value = find(name);
        if (value == null) {
            return fallback;
        }
        if (!value.canConvertToInt() || !value.canConvertToExactIntegral() || value.intValue() < least) {
            throw refusal(name, "an integer of at least " + least);
        }
        return value.intValue();
    }

    @Nullable
    Double optionalNumber(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isNumber()) {
            throw refusal(name, "a number");
        }
        return value == null ? null : (Double) value.doubleValue();
    }

    double number(String name, double fallback) {
        Double value = optionalNumber(name);
        return value == null ? fallback : value;
    }

    boolean flag(String name, boolean fallback) {
        JsonNode value = find(name);
        if (value != null && !value.isBoolean()) {
            throw refusal(name, "true or false");
        }
        return value == null ? fallback : value.booleanValue();
    }

    /** A feature that is not implemented: only {@code false} or absent is accepted. */
    void refuseIfOn(String name) {
        if (flag(name, false)) {
            throw refusal(name, "false");
        }
    }

    /** A feature that is not implemented and has no off value: only null or absent is accepted. */
    void refuseIfSet(String name) {
        if (find(name) != null) {
            throw refusal(name, "null");
        }
    }

    String choice(String name, String fallback, String... supported) {
        JsonNode value = find(name);
        String chosen = value == null ? fallback : value.asText();
        if (!List.of(supported).contains(chosen)) {
            throw refusal(name, String.join(", ", supported));
        }
        return chosen;
    }

    double @Nullable [] numbers(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return null;
        }
        double[] numbers = new double[value.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!value.get(i).isNumber()) {
                throw refusal(name, "a list of numbers");
            }
            numbers[i] = value.get(i).doubleValue();
        }
        if (!value.isArray() || numbers.length == 0) {
            throw refusal(name, "a list of numbers");
        }
        return numbers;
    }

    SchedulerRefusedException refusal(String name, String supported) {
        return new SchedulerRefusedException(
                scheduler + ": " + name + " " + config.get(name) + " is not supported (supported: " + supported + ")");
    }

    /** Last: refuses every key that no getter asked for, except private ones ({@code _diffusers_version}). */
    void refuseUnknown() {
        config.fieldNames().forEachRemaining(name -> {
            if (name.startsWith("_") || known.contains(name)) {
                return;
            }
            if (!OF_OTHER_SCHEDULERS.contains(name)) {
                throw new SchedulerRefusedException(
                        scheduler + ": unknown option " + name + " " + config.get(name)
                                + " (expected: an option of diffusers)");
            }
            LOG.info("option of another scheduler ignored, as diffusers does scheduler={} option={} value={}",
                    scheduler,
                    name, config.get(name));
        });
    }
}
