// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many instances of each service there shall be. */
public record Replicas(Map<String, Integer> byService) {
    private static final int MOST = 64;

    public Replicas {
        byService = Map.copyOf(byService);
    }

    /** One of each, but for those that the texts name: {@code generator-image=2}. */
    public static Replicas parse(List<String> texts) {
        var replicas = new LinkedHashMap<String, Integer>();
        ServiceProcess.names().forEach(service -> replicas.put(service, 1));
        for (var text : texts) {
            int equals = text.indexOf('=');
            var service = equals < 0 ? text : text.substring(0, equals);
            replicas.put(requireService(service).service(),
                    number(service, equals < 0 ? "" : text.substring(equals + 1)));
        }
        return new Replicas(replicas);
    }

    int of(String service) {
        return byService.getOrDefault(service, 0);
    }

    /** Throws {@link IllegalArgumentException} for what is no number of instances. */
    public static int number(String service, String text) {
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > MOST) {
            throw new IllegalArgumentException(
                    "replicas of %s: '%s' (expected: 0 to %d)".formatted(service, text, MOST));
        }
        return Integer.parseInt(text);
    }

    /** All services, in the order of the path. */
    public static List<String> services() {
        return ServiceProcess.names();
    }

    /** What a generator is called that is named by what it makes, {@code image}; any other name as it is. */
    public static String fullName(String name) {
        return ServiceProcess.named(name).map(ServiceProcess::service).orElse(name);
    }

    /** A stage's full name by its name; {@link IllegalArgumentException} for what is none. */
    public static String stage(String name) {
        return requireStage(name).service();
    }

    static ServiceProcess requireStage(String name) {
        var service = requireService(name);
        if (!service.isStage()) {
            throw new IllegalArgumentException("a %1$s has no bundle; ./anymesh scale %1$s N gives it more instances"
                    .formatted(service.service()));
        }
        return service;
    }

    static ServiceProcess requireService(String service) {
        return ServiceProcess.named(service).orElseThrow(() -> new IllegalArgumentException(
                "there is no service '%s' (there are %s)".formatted(service,
                        String.join(", ", ServiceProcess.names()))));
    }
}
