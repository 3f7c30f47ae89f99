// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.registry.PublishingRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.wire.call.Registration;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The registry of a gateway in a cluster: follows the EndpointSlices of its namespace, and asks each endpoint again and again
 * what it is, which slices don't know. Stages put nothing there: the cluster knows its pods.
 *
 * <p>All slices of the namespace are followed and those of the mesh picked here, since a selector can't say "by label, else
 * by name" ({@link ServiceLabels}); a namespace of a mesh has few others. Candidates may be behind the same Service as
 * what they stand beside, as each says itself what release it is and that it is a candidate.
 *
 * <p>Members are changed on one Vert.x context, on which listeners are called too. Thread-safe.
 */
public final class KubernetesStageRegistry extends PublishingRegistry {
    private static final long ASK_EVERY_MILLIS = 3_000;

    private final KubernetesAccess access;
    private final Set<String> services;
    private final StageInquiries inquiries;
    private final Context context;
    private final TreeMap<String, Member> members = new TreeMap<>();
    private final long timer;
    private boolean isClosed; // on the context
    private volatile Registration following = () -> {};

    private KubernetesStageRegistry(KubernetesAccess access, Set<String> services, StageInquiries inquiries) {
        this.access = access;
        this.services = Set.copyOf(services);
        this.inquiries = inquiries;
        this.context = access.vertx().getOrCreateContext();
        this.timer = access.vertx().setPeriodic(ASK_EVERY_MILLIS, _ -> context.runOnContext(_ -> askAll()));
    }

    /**
     * Follows the endpoints of these services; waits a moment for the first list and what those say who are in it.
     *
     * @param inquiries to ask them with; taken over
     * @throws KubernetesRefusedException if the API server answers and will not have us. One that does not answer is no
     *     error.
     */
    public static KubernetesStageRegistry open(Vertx vertx, KubernetesConfig config, Set<String> services,
            StageInquiries inquiries) {
        return open(KubernetesAccess.open(vertx, config), services, inquiries);
    }

    static KubernetesStageRegistry open(KubernetesAccess access, Set<String> services, StageInquiries inquiries) {
        try {
            access.insist(Permission.of("discovery.k8s.io", "endpointslices", "list", "watch"), "EndpointSlices");
        } catch (RuntimeException e) {
            inquiries.close();
            throw e;
        }
        var registry = new KubernetesStageRegistry(access, services, inquiries);
        var slices = access.client().discovery().v1().endpointSlices().inNamespace(access.namespace());
        var follower = Follower.start(access, "EndpointSlices", Follower.Objects.of(slices),
                list -> registry.context.runOnContext(_ -> registry.follow(list)));
        registry.following = follower::close;
        access.awaitBriefly(follower.first().compose(_ -> registry.askAllOnce()));
        return registry;
    }

    private void follow(List<EndpointSlice> slices) {
        if (isClosed) {
            return;
        }
        var endpoints = StageEndpoint.of(slices, services);
        members.entrySet().removeIf(entry -> {
            var next = endpoints.get(entry.getKey());
            boolean isGone = next == null || !entry.getValue().isAt(next);
            if (isGone) {
                entry.getValue().inquiry().close();
            }
            return isGone;
        });
        var toAsk = new ArrayList<Member>();
        endpoints.forEach((id, endpoint) -> {
            var known = members.get(id);
            if (known == null) {
                var member = new Member(endpoint,
                        inquiries.to(endpoint.service(), endpoint.host(), endpoint.grpcPort()));
                members.put(id, member);
                if (member.isAsked()) {
                    toAsk.add(member);
                }
            } else if (known.become(endpoint)) {
                toAsk.add(known);
            }
        });
        tell();
        toAsk.forEach(this::ask);
    }

    /** Completes when all have answered or failed to; on whatever thread. */
    private Future<Void> askAllOnce() {
        return Future.future(done -> context.runOnContext(_ -> Future.join(askAll()).onComplete(_ -> done.complete())));
    }

    private List<Future<Void>> askAll() {
        return members.values().stream().filter(Member::isAsked).map(this::ask).toList();
    }

    private Future<Void> ask(Member member) {
        return member.inquiry().ask().onSuccess(member::hear).onFailure(member::hearNothing)
                .transform(_ -> {
                    tell(); // of one that is gone meanwhile nothing is left to be said
                    return Future.succeededFuture();
                });
    }

    private synchronized void tell() {
        var next = members.values().stream().map(Member::instance).toList();
        if (!next.equals(snapshot())) {
            publish(next);
        }
    }

    /** Not to be put to. */
    @Override
    public void put(StageInstance instance) {
        throw new UnsupportedOperationException("instances come from the cluster's EndpointSlices");
    }

    /** Not to be taken from. */
    @Override
    public void remove(String instanceId) {
        throw new UnsupportedOperationException("instances go with the cluster's EndpointSlices");
    }

    @Override
    public void close() {
        access.vertx().cancelTimer(timer);
        following.close();
        access.close();
        context.runOnContext(_ -> {
            isClosed = true;
            members.values().forEach(member -> member.inquiry().close());
            members.clear();
            inquiries.close();
        });
    }
}
