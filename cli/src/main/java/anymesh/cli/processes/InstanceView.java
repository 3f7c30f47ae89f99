// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessState;
import anymesh.cli.supervise.ProcessStatus;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One instance as commands show it; {@code grpc} and {@code http} are host:port, empty where there is none. In process
 * mode {@code failures} counts the ends in a row of its process.
 */
public record InstanceView(String id, String stage, String modality, String bundle, String version, String state,
        long pid, int failures, String grpc, String http) {

    /** An instance as it registered itself. */
    public static InstanceView of(StageInstance instance) {
        var description = instance.description();
        var modalities = description.getCapabilitiesList().stream().map(Capability::getModality)
                .map(Modalities::name).distinct()
                .collect(Collectors.joining(","));
        return new InstanceView(instance.id(), instance.service(), modalities, description.getBundle(),
                description.getVersion(), name(instance.state()), instance.pid(), 0,
                address(instance.host(), instance.grpcPort()), address(instance.host(), instance.httpPort()));
    }

    /** A stage's process, along with what is registered under its name. */
    static InstanceView stage(String service, ProcessStatus process, @Nullable StageInstance registered) {
        // The registry may still hold what an earlier process of this name said.
        if (registered == null || registered.pid() != process.state().pidOrZero()) {
            return bare(service, process, StageState.LOADING, "");
        }
        var view = of(registered);
        return new InstanceView(view.id, view.stage, view.modality, view.bundle, view.version,
                state(process.state(), registered.state()), view.pid, process.failures(), view.grpc, view.http);
    }

    /** A process that does not register itself and listens at this address. */
    static InstanceView other(String service, ProcessStatus process, String address, boolean isReady) {
        return bare(service, process, isReady ? StageState.SERVING : StageState.LOADING, address);
    }

    /** As one whose process has ended so many times. */
    public InstanceView after(int ends) {
        return new InstanceView(id, stage, modality, bundle, version, state, pid, ends, grpc, http);
    }

    /** As an instance of this release, which it has yet to say itself. */
    InstanceView as(Release release) {
        return new InstanceView(id, stage, modality, release.bundle(), release.version(), state, pid, failures, grpc,
                http);
    }

    /** {@code BUNDLE@VERSION}, empty if it is not known or there is none. */
    public String served() {
        return bundle.isEmpty() ? "" : bundle + "@" + version;
    }

    /** Whether it is one of this release. */
    public boolean isOf(Release release) {
        return release.equals(new Release(stage, bundle, version));
    }

    boolean isServing() {
        return state.equals(name(StageState.SERVING));
    }

    private static InstanceView bare(String service, ProcessStatus process, StageState whileRunning, String address) {
        return new InstanceView(process.id(), service, "", "", "", state(process.state(), whileRunning),
                process.state().pidOrZero(), process.failures(), "", address);
    }

    private static String state(ProcessState process, StageState whileRunning) {
        return switch (process) {
            case ProcessState.Running _ -> name(whileRunning);
            case ProcessState.Waiting _ -> name(StageState.FAILED);
            case ProcessState.Stopping _ -> name(StageState.DRAINING);
        };
    }

    private static String name(StageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String address(String host, int port) {
        return port <= 0 ? "" : host + ":" + port;
    }
}
