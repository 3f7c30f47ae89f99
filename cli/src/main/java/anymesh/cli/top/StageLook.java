// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.top;

import anymesh.cli.metrics.Metrics;
import anymesh.cli.processes.InstanceView;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One service, or one of its releases, at one moment, summed over its instances.
 *
 * @param stage the service, and where it has several releases the one's {@code BUNDLE@VERSION} after it
 * @param nanos when this was seen, by {@link System#nanoTime}
 * @param queued jobs that wait
 * @param active calls under way
 * @param done calls that ended, since the instances started
 * @param buckets how many of them took at most so many seconds; empty where that is not exported
 */
public record StageLook(String stage, long nanos, int serving, int instances, double queued, double active, double done,
        TreeMap<Double, Double> buckets) {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Metrics NONE = new Metrics(List.of());

    /** Looks at every instance that has an HTTP side; one that does not answer counts as an instance without metrics. */
    public static List<StageLook> all(List<InstanceView> instances) throws InterruptedException {
        var looks = new ArrayList<StageLook>();
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            for (var stage : rows(instances).entrySet()) {
                var scrapes = new ArrayList<Metrics>();
                for (var instance : stage.getValue()) {
                    scrapes.add(scrape(http, instance));
                }
                looks.add(of(stage.getKey(), stage.getValue(), scrapes, System.nanoTime()));
            }
        }
        return looks;
    }

    /** The instances of each row, in the order in which services and releases appear first. */
    static Map<String, List<InstanceView>> rows(List<InstanceView> instances) {
        var services = new LinkedHashMap<String, Map<String, List<InstanceView>>>();
        instances.stream().filter(instance -> !instance.stage().equals("consul"))
                .forEach(instance -> services.computeIfAbsent(instance.stage(), _ -> new LinkedHashMap<>())
                        .computeIfAbsent(instance.served(), _ -> new ArrayList<>()).add(instance));
        var rows = new LinkedHashMap<String, List<InstanceView>>();
        services.forEach((service, releases) -> {
            // One that still loads has not said what it serves.
            boolean hasSeveral = releases.keySet().stream().filter(served -> !served.isEmpty()).count() > 1;
            releases.forEach((served, those) -> rows
                    .computeIfAbsent(hasSeveral ? (service + " " + served).strip() : service, _ -> new ArrayList<>())
                    .addAll(those));
        });
        return rows;
    }

    static StageLook of(String stage, List<InstanceView> instances, List<Metrics> scrapes, long nanos) {
        var requests = stage.equals("gateway") ? "anymesh_gateway_requests" : "anymesh_stage_requests";
        var buckets = new TreeMap<Double, Double>();
        scrapes.forEach(scrape -> scrape.buckets(requests + "_seconds")
                .forEach((bound, count) -> buckets.merge(bound, count, Double::sum)));
        return new StageLook(stage, nanos,
                (int) instances.stream().filter(instance -> instance.state().equals("serving")).count(),
                instances.size(), sum(scrapes, "anymesh_queue_depth"), sum(scrapes, requests + "_active"),
                sum(scrapes, requests + "_seconds_count"), buckets);
    }

    private static double sum(List<Metrics> scrapes, String name) {
        return scrapes.stream().mapToDouble(scrape -> scrape.sum(name)).sum();
    }

    private static Metrics scrape(HttpClient http, InstanceView instance) throws InterruptedException {
        try {
            if (instance.http().isEmpty()) {
                return NONE;
            }
            return instance.stage().equals("gateway")
                    ? Metrics.ofGateway(http, instance.http())
                    : Metrics.of(http, instance.http());
        } catch (IOException _) {
            return NONE;
        }
    }
}
