// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The Leases of a namespace; every change says which version it replaces. All of it blocks. */
final class Leases {
    /** For how long a Lease is its holder's without being renewed. */
    static final Duration TTL = Duration.ofSeconds(15);
    /** Whose a Lease is to the letter: what a holder says of itself is for people, and two may say the same. */
    private static final String SESSION = "anymesh.io/session";

    private final NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases;

    Leases(KubernetesAccess access) {
        this.leases = access.client().leases().inNamespace(access.namespace());
    }

    /** One claim to one lock. */
    record Session(String lock, String holder, String id) {
        static Session begin(String lock, String holder) {
            return new Session(lock, holder, UUID.randomUUID().toString());
        }
    }

    @Nullable
    Lease find(String lock) {
        return leases.withName(ObjectNames.of(lock)).get();
    }

    /** Empty if there is one by now. */
    Optional<Lease> create(Session session) {
        return write(() -> leases.resource(of(session, null)).create());
    }

    /** Empty if that one has changed, or is gone. */
    Optional<Lease> replace(Lease other, Session session) {
        return write(() -> leases.resource(of(session, other.getMetadata().getResourceVersion())).update());
    }

    /** Empty if it is another's by now, or gone. */
    Optional<Lease> renew(Lease mine) {
        return change(mine, lease -> leases.resource(new LeaseBuilder(lease).editSpec().withRenewTime(now()).endSpec()
                .build()).update());
    }

    /** Takes it out if it is still this one's. */
    void remove(Lease mine) {
        var _ = change(mine, lease -> {
            leases.withName(lease.getMetadata().getName())
                    .lockResourceVersion(lease.getMetadata().getResourceVersion()).delete();
            return lease;
        });
    }

    /** What its holder said of itself. */
    static String holder(Lease lease) {
        var holder = lease.getSpec().getHolderIdentity();
        return holder == null ? "nobody" : holder;
    }

    /** Tries again with the present version if that is of the same session: a write whose answer was lost made it. */
    private Optional<Lease> change(Lease mine, UnaryOperator<Lease> write) {
        var changed = write(() -> write.apply(mine));
        if (changed.isPresent()) {
            return changed;
        }
        var there = leases.withName(mine.getMetadata().getName()).get();
        return there != null && session(there).equals(session(mine))
                ? write(() -> write.apply(there))
                : Optional.empty();
    }

    private static Optional<Lease> write(Supplier<Lease> write) {
        try {
            return Optional.of(write.get());
        } catch (KubernetesClientException e) {
            if (KubernetesAccess.isOutdated(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String session(Lease lease) {
        return lease.getMetadata().getAnnotations().getOrDefault(SESSION, "");
    }

    private static Lease of(Session session, @Nullable String version) {
        return new LeaseBuilder().withNewMetadata().withName(ObjectNames.of(session.lock()))
                .withResourceVersion(version)
                .addToLabels(ObjectNames.MANAGED_BY, ObjectNames.ANYMESH)
                .addToAnnotations(ObjectNames.NAME, session.lock()).addToAnnotations(SESSION, session.id())
                .endMetadata().withNewSpec().withHolderIdentity(session.holder())
                .withLeaseDurationSeconds((int) TTL.toSeconds()).withAcquireTime(now()).withRenewTime(now())
                .endSpec().build();
    }

    private static ZonedDateTime now() {
        return ZonedDateTime.now(ZoneOffset.UTC);
    }
}
