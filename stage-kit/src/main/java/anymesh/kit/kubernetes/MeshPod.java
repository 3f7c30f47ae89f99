// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.registry.StageState;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pod of a Deployment as the cluster sees it.
 *
 * @param service the mesh's service that it is an instance of
 * @param host its address, empty before it has one
 * @param httpPort where it is asked for health and metrics, 0 if it has no port of that name
 * @param state {@code FAILED} if waiting longer is of no use
 * @param trouble why it can't become ready without somebody's help, or has no node yet; empty if it is on its way
 */
public record MeshPod(String name, String service, String deployment, String host, int grpcPort, int httpPort,
        StageState state, int restarts, String trouble) {
    /** Once may be bad luck. */
    private static final int RESTARTS = 2;
    private static final Set<String> HOPELESS = Set.of("CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull",
            "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    static MeshPod of(Pod pod, MeshDeployment deployment) {
        var statuses = Optional.ofNullable(pod.getStatus().getContainerStatuses()).orElse(List.of());
        int restarts = statuses.stream().mapToInt(ContainerStatus::getRestartCount).max().orElse(0);
        var waiting = statuses.stream().map(ContainerStatus::getState)
                .filter(state -> state != null && state.getWaiting() != null).map(state -> state.getWaiting())
                .filter(state -> HOPELESS.contains(String.valueOf(state.getReason()))).findFirst();
        var trouble = waiting.map(state -> state.getReason()
                + (state.getMessage() == null ? "" : ": " + state.getMessage())).orElseGet(() -> unplaced(pod));
        boolean isReady = condition(pod, "Ready").map(PodCondition::getStatus).equals(Optional.of("True"));
        boolean isBeyondHelp = !isReady && (waiting.isPresent() || restarts > RESTARTS);
        var state = pod.getMetadata().getDeletionTimestamp() != null
                ? StageState.DRAINING
                : isReady ? StageState.SERVING : isBeyondHelp ? StageState.FAILED : StageState.LOADING;
        var address = pod.getStatus().getPodIP();
        return new MeshPod(pod.getMetadata().getName(), deployment.service(), deployment.name(),
                address == null ? "" : address, port(pod, "grpc"), port(pod, "http"), state, restarts, trouble);
    }

    private static String unplaced(Pod pod) {
        return condition(pod, "PodScheduled").filter(condition -> "False".equals(condition.getStatus()))
                .map(condition -> String.valueOf(condition.getMessage())).orElse("");
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .filter(condition -> type.equals(condition.getType())).findFirst();
    }

    private static int port(Pod pod, String name) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> Optional.ofNullable(container.getPorts()).orElse(List.of()).stream())
                .filter(port -> name.equals(port.getName())).mapToInt(ContainerPort::getContainerPort).findFirst()
                .orElse(0);
    }
}
