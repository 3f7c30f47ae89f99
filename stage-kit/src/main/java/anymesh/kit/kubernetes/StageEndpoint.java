// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of one of the mesh's services as EndpointSlices have it. Its gRPC port is the one that is called {@code grpc},
 * or the only one; the other one is {@code http}, 0 if there is none.
 *
 * @param id the pod's name, or where it listens if it is no pod
 */
record StageEndpoint(String id, String service, String host, int grpcPort, int httpPort, Condition condition) {

    /** What the cluster says: not ready, be it not yet or not any more; ready; or told to go. */
    enum Condition {
        UNREADY, READY, TERMINATING
    }

    private static final String GRPC = "grpc";
    private static final String HTTP = "http";
    private static final String NO_ADDRESS = "FQDN";

    /** All endpoints of these services, by id. A pod behind two Services, or with two addresses, is one. */
    static SortedMap<String, StageEndpoint> of(List<EndpointSlice> slices, Set<String> services) {
        var all = new TreeMap<String, StageEndpoint>();
        for (var slice : slices) {
            var service = ServiceLabels.service(slice);
            int port = grpcPort(slice.getPorts());
            if (services.contains(service) && port > 0 && !slice.getAddressType().equals(NO_ADDRESS)) {
                int httpPort = port(slice.getPorts(), HTTP).orElse(0);
                slice.getEndpoints().forEach(endpoint -> {
                    var read = read(endpoint, service, port, httpPort);
                    all.merge(read.id(), read, StageEndpoint::better);
                });
            }
        }
        return all;
    }

    private static StageEndpoint read(Endpoint endpoint, String service, int grpcPort, int httpPort) {
        var host = endpoint.getAddresses().getFirst(); // "fungible", says the API, and uses the first
        var target = endpoint.getTargetRef();
        var id = target != null && "Pod".equals(target.getKind())
                ? target.getName()
                : "%s@%s:%d".formatted(service, host, grpcPort);
        return new StageEndpoint(id, service, host, grpcPort, httpPort, condition(endpoint));
    }

    /** {@code serving} rather than {@code ready}, which a Service may claim of everybody (publishNotReadyAddresses). */
    private static Condition condition(Endpoint endpoint) {
        var conditions = endpoint.getConditions();
        if (conditions == null) {
            return Condition.READY; // what is not said is to be taken for ready, says the API
        }
        if (Boolean.TRUE.equals(conditions.getTerminating())) {
            return Condition.TERMINATING;
        }
        var serving = conditions.getServing() == null ? conditions.getReady() : conditions.getServing();
        return Boolean.FALSE.equals(serving) ? Condition.UNREADY : Condition.READY;
    }

    /** The slice that knows more of it, else always the same one, in whatever order they come. */
    private static StageEndpoint better(StageEndpoint one, StageEndpoint other) {
        int order = one.condition().compareTo(other.condition());
        if (order == 0) {
            order = other.host().compareTo(one.host());
        }
        return order >= 0 ? one : other;
    }

    private static int grpcPort(@Nullable List<EndpointPort> ports) {
        return port(ports, GRPC).orElseGet(() -> ports != null && ports.size() == 1
                && ports.getFirst().getPort() != null ? ports.getFirst().getPort() : 0);
    }

    private static Optional<Integer> port(@Nullable List<EndpointPort> ports, String name) {
        return ports == null
                ? Optional.empty()
                : ports.stream().filter(port -> name.equals(port.getName())).map(EndpointPort::getPort).findFirst();
    }
}
