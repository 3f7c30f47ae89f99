// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.StageDescription;
import com.google.protobuf.TextFormat;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.consul.CheckStatus;
import io.vertx.ext.consul.ServiceEntry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stage instance as the metadata of a Consul service, and back. People and Consul's filters read {@code bundle},
 * {@code version}, {@code modalities}, {@code spaces}, {@code capacity} and {@code state}; the mesh reads the whole
 * description, as protobuf text in {@code description-0}, {@code description-1}, … since a value holds 512 characters.
 */
final class InstanceCodec {
    private static final Logger log = LoggerFactory.getLogger(InstanceCodec.class);
    private static final int VALUE_LENGTH = 512;
    private static final String MAINTENANCE = "_service_maintenance:";
    /** The reason for the maintenance of an instance whose process has ended. */
    static final String ENDED = "its process has ended";
    private static final TextFormat.Parser PARSER = TextFormat.Parser.newBuilder()
            // A newer stage may say more than this gateway knows of.
            .setAllowUnknownFields(true).build();

    private InstanceCodec() {}

    static Map<String, String> meta(StageInstance instance) {
        var description = instance.description();
        var meta = new LinkedHashMap<String, String>();
        meta.put("state", name(instance.state()));
        meta.put("bundle", description.getBundle());
        meta.put("version", description.getVersion());
        meta.put("modalities", joined(description,
                capability -> Stream.of(Modalities.name(capability.getModality()))));
        meta.put("spaces", joined(description, capability -> Stream.of(capability.getAcceptsList(),
                capability.getProducesList()).flatMap(Collection::stream)));
        meta.put("capacity", String.valueOf(description.getCapacity()));
        meta.put("grpc-port", String.valueOf(instance.grpcPort()));
        meta.put("http-port", String.valueOf(instance.httpPort()));
        meta.put("pid", String.valueOf(instance.pid()));
        var text = TextFormat.printer().emittingSingleLine(true).printToString(description);
        for (int from = 0, part = 0; from < text.length(); from += VALUE_LENGTH, part++) {
            meta.put("description-" + part, text.substring(from, Math.min(text.length(), from + VALUE_LENGTH)));
        }
        return meta;
    }

    /** Empty for a service that is none of ours: it only has the name of one. */
    static Optional<StageInstance> decode(ServiceEntry entry) {
        var service = entry.getService();
        var meta = service.getMeta();
        if (meta == null || !meta.containsKey("state") || !meta.containsKey("grpc-port")) {
            return Optional.empty();
        }
        var address = service.getAddress() == null ? "" : service.getAddress();
        try {
            var description = StageDescription.newBuilder();
            PARSER.merge(description(meta), description);
            return Optional.of(new StageInstance(service.getId(), service.getName(),
                    address.isEmpty() ? entry.getNode().getAddress() : address,
                    Integer.parseInt(meta.get("grpc-port")), Integer.parseInt(meta.getOrDefault("http-port", "0")),
                    Long.parseLong(meta.getOrDefault("pid", "0")), state(entry, meta.get("state")),
                    description.build()));
        } catch (TextFormat.ParseException | IllegalArgumentException e) {
            log.warn("instance={} is registered with metadata that cannot be read: {}", service.getId(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** What the instance says of itself, unless Consul's checks know better. */
    private static StageState state(ServiceEntry entry, String said) {
        if (entry.getChecks().stream().anyMatch(check -> isEnded(check.getId(), check.getNotes()))) {
            return StageState.STOPPED;
        }
        var state = StageState.valueOf(said.toUpperCase(Locale.ROOT));
        if (state != StageState.SERVING) {
            return state;
        }
        var critical = entry.getChecks().stream().filter(check -> check.getStatus() == CheckStatus.CRITICAL).toList();
        if (critical.isEmpty()) {
            return StageState.SERVING;
        }
        return critical.stream().allMatch(check -> check.getId().startsWith(MAINTENANCE))
                ? StageState.DRAINING
                : StageState.STOPPED;
    }

    /** Whether one of these checks, as Consul's HTTP API gives them, says that the process has ended. */
    static boolean isEnded(JsonArray checks) {
        return checks.stream().map(JsonObject.class::cast)
                .anyMatch(check -> isEnded(check.getString("CheckID"), check.getString("Notes")));
    }

    private static boolean isEnded(String check, @Nullable String notes) {
        return check.startsWith(MAINTENANCE) && ENDED.equals(notes);
    }

    private static String description(Map<String, String> meta) {
        var text = new StringBuilder();
        for (int part = 0; meta.containsKey("description-" + part); part++) {
            text.append(meta.get("description-" + part));
        }
        return text.toString();
    }

    private static String joined(StageDescription description, Function<Capability, Stream<String>> values) {
        var text = description.getCapabilitiesList().stream().flatMap(values).distinct()
                .collect(Collectors.joining(","));
        return text.length() > VALUE_LENGTH ? text.substring(0, VALUE_LENGTH) : text;
    }

    private static String name(StageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
