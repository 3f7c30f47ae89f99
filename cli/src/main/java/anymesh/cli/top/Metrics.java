// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The samples of one scrape in Prometheus' text format. */
record Metrics(List<Sample> samples) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)(?: .*)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Routes of the gateway that make nothing: what operators ask, and the list of models. */
    private static final Set<String> NO_WORK = Set.of("other", "models");

    record Sample(String name, Map<String, String> labels, double value) {
        private boolean isWork() {
            return !NO_WORK.contains(labels.getOrDefault("route", ""));
        }
    }

    /** Lines that are no samples, such as comments, are left out. */
    static Metrics parse(String text) {
        var samples = new ArrayList<Sample>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            var matcher = LINE.matcher(line);
            if (matcher.matches()) {
                samples.add(new Sample(matcher.group(1), labels(matcher.group(2)), number(matcher.group(3))));
            }
        });
        return new Metrics(samples);
    }

    /** Over all label sets; of the gateway's routes only those that make something. */
    double sum(String name) {
        return samples.stream().filter(sample -> sample.name().equals(name) && sample.isWork())
                .mapToDouble(Sample::value).sum();
    }

    /** Cumulative counts by upper bound, over all label sets of a histogram; empty if there is none. */
    TreeMap<Double, Double> buckets(String histogram) {
        var buckets = new TreeMap<Double, Double>();
        for (var sample : samples) {
            var bound = sample.labels().get("le");
            if (bound != null && sample.isWork() && sample.name().equals(histogram + "_bucket")) {
                buckets.merge(number(bound), sample.value(), Double::sum);
            }
        }
        return buckets;
    }

    private static Map<String, String> labels(@Nullable String text) {
        var labels = new TreeMap<String, String>();
        var matcher = LABEL.matcher(text == null ? "" : text);
        while (matcher.find()) {
            labels.put(matcher.group(1), matcher.group(2));
        }
        return labels;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
