// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.cli.metrics.Metrics;
import anymesh.cli.processes.InstanceView;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TopTableTest {
    @Test
    void aRowSumsTheInstancesOfAStage() {
        var instances = List.of(instance("serving"), instance("loading"));
        var before = StageLook.of("backbone", instances, List.of(scrape(0, 0, 0), scrape(0, 0, 0)), 0);
        var now = StageLook.of("backbone", instances, List.of(scrape(5, 10, 10), scrape(5, 10, 10)), 2_000_000_000L);
        var row = TopTable.render(List.of(before), List.of(now), true).lines().toList().getLast().split("\\s+", -1);
        assertThat(row).containsExactly("backbone", "1/2", "6", "6", "10.0", "100", "ms", "190", "ms");
    }

    @Test
    void theGatewaysTimesAreOfTheRoutesThatMakeSomething() {
        var metrics = Metrics.parse("""
                anymesh_gateway_requests_active 2.0
                anymesh_gateway_requests_seconds_bucket{route="chat",status="200",le="0.5"} 10
                anymesh_gateway_requests_seconds_bucket{route="chat",status="200",le="1.0"} 20
                anymesh_gateway_requests_seconds_bucket{route="chat",status="200",le="+Inf"} 20
                anymesh_gateway_requests_seconds_count{route="chat",status="200"} 20
                anymesh_gateway_requests_seconds_bucket{route="models",status="200",le="0.5"} 900
                anymesh_gateway_requests_seconds_bucket{route="models",status="200",le="1.0"} 900
                anymesh_gateway_requests_seconds_bucket{route="models",status="200",le="+Inf"} 900
                anymesh_gateway_requests_seconds_count{route="models",status="200"} 900
                anymesh_gateway_requests_seconds_bucket{route="other",status="200",le="0.5"} 900
                anymesh_gateway_requests_seconds_bucket{route="other",status="200",le="+Inf"} 900
                """);
        var gateway = new InstanceView("gateway-1", "gateway", "", "", "", "serving", 1, 0, "", "127.0.0.1:8080");
        var look = StageLook.of("gateway", List.of(gateway), List.of(metrics), 0);
        assertThat(TopTable.render(List.of(look), List.of(look), false).lines().toList().getLast().split("\\s+", -1))
                .containsExactly("gateway", "1/1", "0", "2", "-", "500", "ms", "950", "ms");
    }

    @Test
    void recentPercentilesAreOfTheTimeBetweenTheLooks() {
        var instances = List.of(instance("serving"));
        var before = StageLook.of("backbone", instances, List.of(scrape(100, 100, 100)), 0);
        var now = StageLook.of("backbone", instances, List.of(scrape(100, 110, 110)), 1_000_000_000L);
        assertThat(TopTable.render(List.of(before), List.of(now), true)).contains("150 ms", "195 ms");
        assertThat(TopTable.render(List.of(before), List.of(now), false)).contains("55 ms");
    }

    @Test
    void aStageWithSeveralReleasesHasARowForEach() {
        var rows = StageLook.rows(List.of(instance("1", "backbone", "1.0.0"), instance("2", "backbone", "2.0.0"),
                instance("3", "backbone", "1.0.0"), instance("4", "encoder", "2.0.0")));
        assertThat(rows.keySet()).containsExactly("backbone toyworld@1.0.0", "backbone toyworld@2.0.0", "encoder");
        assertThat(rows.get("backbone toyworld@1.0.0")).extracting(InstanceView::id).containsExactly("1", "3");
        var looks = rows.entrySet().stream().map(row -> StageLook.of(row.getKey(), row.getValue(), List.of(), 0))
                .toList();
        var lines = TopTable.render(looks, looks, false).lines().toList();
        assertThat(lines).extracting(String::length).containsOnly(lines.getFirst().length());
        assertThat(lines.get(1)).startsWith("backbone toyworld@1.0.0       2/2 ");
    }

    @Test
    void oneThatHasYetToSayItsReleaseMakesNoRowsOfItsService() {
        var loading = new InstanceView("2", "backbone", "", "", "", "loading", 1, 0, "", "");
        assertThat(StageLook.rows(List.of(instance("1", "backbone", "1.0.0"), loading)).get("backbone")).hasSize(2);
        assertThat(StageLook.rows(List.of(instance("1", "backbone", "1.0.0"), instance("3", "backbone", "2.0.0"),
                loading)).keySet()).contains("backbone");
    }

    @Test
    void whatIsNotKnownIsADash() {
        var look = StageLook.of("encoder", List.of(), List.of(), 0);
        assertThat(TopTable.render(List.of(look), List.of(look), true).lines().toList().getLast().split("\\s+", -1))
                .containsExactly("encoder", "0/0", "0", "0", "-", "-", "-");
    }

    @Test
    void quantilesAreLinearWithinABucketAndEndAtTheLastBound() {
        var buckets = new TreeMap<Double, Double>();
        buckets.put(1.0, 10.0);
        buckets.put(2.0, 20.0);
        buckets.put(Double.POSITIVE_INFINITY, 40.0);
        assertThat(TopTable.quantile(buckets, 0.25)).isCloseTo(1.0, within(1e-9));
        assertThat(TopTable.quantile(buckets, 0.375)).isCloseTo(1.5, within(1e-9));
        assertThat(TopTable.quantile(buckets, 0.99)).isEqualTo(2.0);
        assertThat(TopTable.quantile(new TreeMap<>(), 0.5)).isNaN();
    }

    private static Metrics scrape(int fast, int slower, int all) {
        return Metrics.parse("""
                # HELP anymesh_stage_requests_seconds
                # TYPE anymesh_stage_requests_seconds histogram
                anymesh_stage_requests_seconds_bucket{status="OK",le="0.1"} %d
                anymesh_stage_requests_seconds_bucket{status="OK",le="0.2"} %d
                anymesh_stage_requests_seconds_bucket{status="OK",le="+Inf"} %d
                anymesh_stage_requests_seconds_count{status="OK"} %d
                anymesh_stage_requests_active 3.0
                anymesh_queue_depth{batcher="a \\"b\\", {c}"} 2.0 1700000000
                anymesh_queue_depth{batcher="d"} 1.0
                """.formatted(fast, slower, all, all));
    }

    private static InstanceView instance(String id, String service, String version) {
        return new InstanceView(id, service, "", "toyworld", version, "serving", 1, 0, "", "");
    }

    private static InstanceView instance(String state) {
        return new InstanceView("backbone-1", "backbone", "text", "toyworld", "1.0.0", state, 1, 0, "", "");
    }
}
