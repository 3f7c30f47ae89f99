// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.gateway.routing.RouteJson;
import anymesh.gateway.routing.StoredRoutes;
import anymesh.gateway.swap.EvidenceJson;
import anymesh.gateway.swap.StoredSwaps;
import anymesh.gateway.swap.Supply;
import anymesh.gateway.swap.Swap;
import anymesh.gateway.swap.SwapJson;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where swaps are asked for. It starts what they need and writes down what is wanted; the gateways do the rest. The methods
 * block, and fail as those of {@link RunningMesh} do.
 */
public final class SwapDesk {
    /** What whoever supervises the mesh reads and writes of the store for it. */
    static final Set<String> FOLDERS = Set.of(StoredSwaps.FOLDER, StoredSwaps.OBSERVATIONS, StoredRoutes.FOLDER,
            StoredReplicas.FOLDER);
    private static final Logger log = LoggerFactory.getLogger(SwapDesk.class);

    private final RunningMesh mesh;
    private final MeshStore store;
    private final StoredSwaps swaps;
    private final Supplier<List<StageInstance>> snapshot;

    /** The store stays its caller's. */
    public SwapDesk(RunningMesh mesh, MeshStore store, Supplier<List<StageInstance>> snapshot) {
        this.mesh = mesh;
        this.store = store;
        this.swaps = new StoredSwaps(store);
        this.snapshot = snapshot;
    }

    /**
     * Begins a swap and says how it stands. {@code asked} has {@code modality}, {@code to} ({@code BUNDLE@VERSION} of its
     * generator), {@code bundle} (a folder) or {@code image}, {@code with} (releases of other services that go with it), {@code replicas},
     * {@code who}, {@code why}, and the options of {@link SwapJson#options}.
     */
    JsonObject begin(JsonObject asked) throws IOException, InterruptedException {
        var modality = Modalities.requireMedium(asked.getString("modality"));
        var options = SwapJson.options(asked);
        requireNone(modality);
        var candidate = candidate(modality, asked);
        var incumbent = incumbent(modality, candidate);
        var folders = new HashMap<Release, String>();
        Stream.concat(incumbent.stream(), candidate.stream())
                .forEach(release -> folder(release).ifPresent(folder -> folders.put(release, folder)));
        var started = supply(candidate, start(modality, asked), folders);
        var text = "%s swaps %s for %s%s".formatted(who(asked), written(incumbent), written(candidate), why(asked));
        var all = new HashSet<>(incumbent);
        all.addAll(candidate);
        var swap = Swap.begin(modality, incumbent, candidate, new Supply(started, folders, mesh.wanted(all)), options,
                Instant.now(), text);
        log.info("swap={} {}", swap.id(), text);
        try {
            Futures.join(swaps.begin(swap));
        } catch (RuntimeException e) {
            for (var release : started) {
                mesh.stop(release.toString());
            }
            throw e instanceof IllegalStateException refused
                    ? new IllegalArgumentException(refused.getMessage(), refused)
                    : e;
        }
        return look(swap);
    }

    /** The last swap of a modality, and what was seen of it. */
    JsonObject look(String modality) {
        return look(last(Modalities.requireMedium(modality)));
    }

    private JsonObject look(Swap swap) {
        return SwapJson.write(swap).put("evidence", EvidenceJson.write(Futures.join(swaps.evidence(swap))));
    }

    /** Sends all requests back to the incumbent, also after the candidate was promoted: then it is started again first. */
    JsonObject rollBack(JsonObject asked) throws IOException, InterruptedException {
        var swap = last(Modalities.requireMedium(asked.getString("modality")));
        if (swap.isOver() && swap.state() != Swap.State.PROMOTED) {
            throw new IllegalArgumentException("the last swap of %s is over: %s".formatted(
                    Modalities.name(swap.modality()), swap.events().getLast().text()));
        }
        serveAgain(swap);
        var text = "%s rolls it back%s".formatted(who(asked), why(asked));
        log.info("swap={} {}", swap.id(), text);
        var back = Futures.join(swaps.change(swap, now -> now.state() == Swap.State.ROLLED_BACK
                ? now
                : now.become(Swap.State.ROLLED_BACK, now.step(), Instant.now(), text)));
        if (back.isPresent()) {
            serveAgain(back.get()); // a gateway may have ended it at the same moment
            Futures.join(swaps.route(back.get()));
        }
        return look(swap.modality().name());
    }

    private void serveAgain(Swap swap) throws IOException, InterruptedException {
        for (var release : swap.incumbent()) {
            var wanted = swap.supply().wanted().get(release);
            var folder = swap.supply().folders().get(release);
            boolean isEnded = wanted != null && swap.cleared();
            if (!isEnded && serves(release)) {
                continue;
            }
            if (wanted != null) {
                mesh.scale(wanted.service(), String.valueOf(Math.max(1, wanted.count())));
            } else if (folder == null) {
                mesh.scale(release.toString(), "1");
            } else {
                mesh.start(new StartRequest(release.service(), folder, "", release.toString(), "1"));
            }
        }
    }

    private Swap last(Modality modality) {
        return Futures.join(swaps.get(modality)).orElseThrow(() -> new IllegalArgumentException(
                "there was no swap of %s (begin one: ./anymesh swap %1$s --bundle DIR)"
                        .formatted(Modalities.name(modality))));
    }

    private void requireNone(Modality modality) {
        Futures.join(swaps.get(modality)).filter(swap -> !swap.isOver()).ifPresent(swap -> {
            throw new IllegalArgumentException(
                    "a swap of %s goes on already, to %s: ./anymesh swap %1$s --follow, or ./anymesh rollback %1$s"
                            .formatted(Modalities.name(modality), written(swap.candidate())));
        });
    }

    private Set<Release> candidate(Modality modality, JsonObject asked) {
        var start = start(modality, asked);
        if (start.release().isEmpty() && !start.saysFrom()) {
            throw new IllegalArgumentException(
                    "say what to swap to: --to BUNDLE@VERSION, --bundle DIR or --image IMAGE");
        }
        var release = start.saysFrom() ? mesh.release(start) : Release.parse(start.release());
        if (!release.service().equals(start.service())) {
            throw new IllegalArgumentException("%s (expected: a release of %s)".formatted(release, start.service()));
        }
        var all = new HashSet<Release>();
        asked.getJsonArray("with", new JsonArray()).forEach(other -> all.add(Release.parse((String) other)));
        all.add(release);
        return all;
    }

    /** What would have to be started of the candidate. */
    private static StartRequest start(Modality modality, JsonObject asked) {
        var service = ServiceKind.generator(modality).name();
        var to = asked.getString("to", "");
        var replicas = asked.getValue("replicas");
        return new StartRequest(service, asked.getString("bundle", ""), asked.getString("image", ""),
                to.isEmpty() || to.contains("=") ? to : service + "=" + to,
                replicas == null ? "" : String.valueOf(replicas));
    }

    /** What stands of each service of the candidate: by the route, or what serves where there is none. */
    private Set<Release> incumbent(Modality modality, Set<Release> candidate) {
        var name = StoredRoutes.FOLDER + "output/" + Modalities.name(modality);
        var standing = Futures.join(store.get(name))
                .map(document -> RouteJson.read(document.text()).standing().releases())
                .orElse(Set.of());
        var incumbent = new HashSet<>(standing);
        for (var release : candidate) {
            if (incumbent.stream().noneMatch(other -> other.service().equals(release.service()))) {
                incumbent.add(serving(release.service()));
            }
            if (incumbent.contains(release)) {
                throw new IllegalArgumentException(release + " is what serves already");
            }
        }
        return incumbent;
    }

    private Release serving(String service) {
        var releases = snapshot.get().stream()
                .filter(instance -> instance.service().equals(service) && !instance.description().getCandidate()
                        && instance.state() == StageState.SERVING)
                .map(StageInstance::release).collect(Collectors.toSet());
        if (releases.size() != 1) {
            throw new IllegalArgumentException(releases.isEmpty()
                    ? "no %s serves that could be swapped".formatted(service)
                    : "several releases of %s serve: %s; make a route for one first".formatted(service,
                            written(releases)));
        }
        return releases.iterator().next();
    }

    /** Starts what is not running, and says what that was. */
    private Set<Release> supply(Set<Release> candidate, StartRequest start, Map<Release, String> folders)
            throws IOException, InterruptedException {
        var started = new HashSet<Release>();
        for (var release : candidate) {
            if (serves(release)) {
                continue;
            }
            if (!start.saysFrom() || !release.service().equals(start.service())) {
                throw new IllegalArgumentException(
                        "%s does not run: ./anymesh start %s --bundle DIR starts it".formatted(release,
                                release.service()));
            }
            mesh.start(start);
            started.add(release);
            if (!start.bundle().isEmpty()) {
                folders.put(release, start.bundle());
            }
        }
        return started;
    }

    private boolean serves(Release release) {
        return snapshot.get().stream().anyMatch(
                instance -> instance.state() == StageState.SERVING && instance.release().equals(release));
    }

    private Optional<String> folder(Release release) {
        return Futures.join(store.get(StoredReplicas.FOLDER + release.key())).map(Document::text)
                .map(text -> new JsonObject(text).getString("bundle"));
    }

    private static String who(JsonObject asked) {
        return asked.getString("who", "somebody");
    }

    private static String why(JsonObject asked) {
        var why = asked.getString("why", "");
        return why.isBlank() ? "" : ": " + why;
    }

    private static String written(Set<Release> releases) {
        return releases.stream().sorted().map(Release::toString).collect(Collectors.joining(" and "));
    }
}
