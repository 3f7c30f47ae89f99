// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.kit.catalogue.ServiceKind;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Stages of a gateway that runs by itself, as {@code host:port} of their gRPC side.
 *
 * @param byKey a list for each service, by its {@link #key}
 */
public record StaticEndpoints(@JsonValue Map<String, List<String>> byKey) {
    private static final Pattern SECOND_WORD = Pattern.compile("-([a-z])");

    /** One stage's address. */
    record Endpoint(String service, String host, int port) {
        String id() {
            return service + "@" + host + ":" + port;
        }
    }

    /** Services that are left out have none; {@link IllegalArgumentException} for a key that is no service's. */
    @JsonCreator
    public StaticEndpoints {
        var all = new LinkedHashMap<String, List<String>>();
        ServiceKind.ALL.forEach(kind -> all.put(key(kind), List.of()));
        byKey.forEach((key, addresses) -> {
            if (!all.containsKey(key)) {
                throw new IllegalArgumentException(
                        "unknown key 'endpoints.%s' (known: %s)".formatted(key, all.keySet()));
            }
            all.put(key, List.copyOf(addresses));
        });
        byKey = Map.copyOf(all);
    }

    /** No stages: the registry comes from elsewhere. */
    public static StaticEndpoints none() {
        return new StaticEndpoints(Map.of());
    }

    /** As the configuration calls a service: {@code generatorImage} for {@code generator-image}. */
    public static String key(ServiceKind kind) {
        return SECOND_WORD.matcher(kind.name()).replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    /** All of them, in the order of a request's path; throws {@link IllegalArgumentException} for one that is no address. */
    List<Endpoint> all() {
        List<Endpoint> all = new ArrayList<>();
        ServiceKind.ALL.forEach(kind -> byKey.getOrDefault(key(kind), List.of())
                .forEach(address -> all.add(endpoint(kind.name(), address))));
        return all;
    }

    private static Endpoint endpoint(String service, String address) {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("endpoints: %s of %s (expected: host:port)".formatted(address, service));
        }
        return new Endpoint(service, address.substring(0, colon), Integer.parseInt(port));
    }
}
