// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.metrics;

import anymesh.cli.settings.OwnApiKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The samples of one scrape in Prometheus' text format. */
public record Metrics(List<Sample> samples) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)(?: .*)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Routes of the gateway that make nothing: what operators ask, and the list of models. */
    private static final Set<String> NO_WORK = Set.of("other", "models");

    /** A name, its labels and its number. */
    public record Sample(String name, Map<String, String> labels, double value) {
        private boolean isWork() {
            return !NO_WORK.contains(labels.getOrDefault("route", ""));
        }
    }

    /** Asks a stage at host:port for them, for two seconds at most. */
    public static Metrics of(HttpClient http, String address) throws IOException, InterruptedException {
        return of(http, HttpRequest.newBuilder(url(address)));
    }

    /** The same of a gateway, which may ask for a key. */
    public static Metrics ofGateway(HttpClient http, String address) throws IOException, InterruptedException {
        return of(http, OwnApiKey.request(url(address)));
    }

    private static URI url(String address) {
        return URI.create("http://" + address + "/metrics");
    }

    private static Metrics of(HttpClient http, HttpRequest.Builder request) throws IOException, InterruptedException {
        return parse(http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString()).body());
    }

    /** Lines that are no samples, such as comments, are left out. */
    public static Metrics parse(String text) {
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
    public double sum(String name) {
        return samples.stream().filter(sample -> sample.name().equals(name) && sample.isWork())
                .mapToDouble(Sample::value).sum();
    }

    /** Cumulative counts by upper bound, over all label sets of a histogram; empty if there is none. */
    public TreeMap<Double, Double> buckets(String histogram) {
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
