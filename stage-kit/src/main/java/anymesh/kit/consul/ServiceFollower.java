// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.store.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.BlockingQueryOptions;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ServiceEntry;
import io.vertx.ext.consul.ServiceEntryList;
import io.vertx.ext.consul.ServiceQueryOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one service by Consul's blocking queries. Not by the client's {@code Watch}, which keeps its index when Consul
 * restarts with a lower one and is then blind for ten minutes. While something is shown against what Consul told, it is asked
 * again and again: a doubt ends with an answer, never with time alone, since a Consul that hangs corrects nothing.
 * Everything here runs in one Vert.x context.
 */
final class ServiceFollower {
    private static final Logger log = LoggerFactory.getLogger(ServiceFollower.class);
    private static final int WAIT_SECONDS = 30;
    // Consul adds up to a sixteenth to the wait; an agent that hangs is noticed by this.
    private static final long TIMEOUT_MILLIS = 34_000;
    private static final long LOOK_AGAIN_MILLIS = 500;

    /** Where the loop stands: never answered yet, following, or cut off after it had followed. */
    private enum Contact {
        NONE, FOLLOWING, LOST
    }

    private final Vertx vertx;
    private final String service;
    private final ConsulAccess access;
    private final ConsulClient waiting;
    private final ConsulClient prompt;
    private final LastGood lastGood;
    private final Consumer<List<StageInstance>> onChange;
    private final Promise<Void> first = Promise.promise();
    private Contact contact = Contact.NONE;
    private boolean isToldOfAny;
    private int failures;
    private boolean isClosed;

    ServiceFollower(Vertx vertx, String service, ConsulAccess access, LastGood lastGood,
            Consumer<List<StageInstance>> onChange) {
        this.vertx = vertx;
        this.service = service;
        this.access = access;
        this.waiting = access.client(TIMEOUT_MILLIS);
        this.prompt = access.client(ConsulAccess.CALL_MILLIS);
        this.lastGood = lastGood;
        this.onChange = onChange;
    }

    /** Begins; the future completes when Consul has answered for the first time. */
    Future<Void> start() {
        vertx.getOrCreateContext().runOnContext(_ -> poll(0));
        return first.future();
    }

    /** Waits for a list that is newer than {@code index}; 0 is answered at once. */
    private void poll(long index) {
        if (isClosed) {
            return;
        }
        var client = index == 0 ? prompt : waiting;
        var blocking = new BlockingQueryOptions().setIndex(index).setWait(WAIT_SECONDS + "s");
        // Those that fail their check too: why nothing serves makes a difference to the caller.
        client.healthServiceNodesWithOptions(service, false, new ServiceQueryOptions().setBlockingOptions(blocking))
                .compose(this::trust)
                .onSuccess(list -> {
                    take(list, index);
                    if (lastGood.isHolding()) {
                        vertx.setTimer(LOOK_AGAIN_MILLIS, _ -> poll(0));
                    } else {
                        poll(list.getIndex() < index ? 0 : list.getIndex());
                    }
                })
                .onFailure(this::lose);
    }

    /** After an outage, or when the list is suddenly empty, asks first whether we are still allowed to see it. */
    private Future<ServiceEntryList> trust(ServiceEntryList list) {
        boolean isSuspect = contact != Contact.FOLLOWING || (list.getList().isEmpty() && isToldOfAny);
        return isSuspect ? access.mayFollow(Set.of(service)).map(list) : Future.succeededFuture(list);
    }

    private void take(ServiceEntryList list, long index) {
        failures = 0;
        if (contact == Contact.LOST) {
            log.info("service={} Consul is back", service);
            lastGood.onReturn(System.currentTimeMillis());
        }
        boolean isNew = contact != Contact.FOLLOWING || list.getIndex() != index;
        contact = Contact.FOLLOWING;
        if (isNew) {
            show(decode(list.getList()));
        }
        first.tryComplete();
    }

    private void show(List<StageInstance> told) {
        isToldOfAny = !told.isEmpty();
        var before = lastGood.shown();
        var now = lastGood.accept(told, System.currentTimeMillis());
        if (!before.equals(now)) {
            onChange.accept(now);
        }
    }

    private void lose(Throwable e) {
        if (isClosed) {
            return;
        }
        if (failures++ == 0) {
            switch (e) {
                case ConsulRefusedException refused -> log.error("service={} {}", service, refused.getMessage());
                case Throwable other -> log.warn("service={} Consul cannot be asked, the last list holds: {}", service,
                        String.valueOf(other.getMessage()).strip());
            }
        }
        if (contact == Contact.FOLLOWING) {
            contact = Contact.LOST;
        }
        // From index 0: it may have gone back.
        vertx.setTimer(Backoff.millis(failures), _ -> poll(0));
    }

    private static List<StageInstance> decode(List<ServiceEntry> entries) {
        return entries.stream().map(InstanceCodec::decode).flatMap(Optional::stream).toList();
    }

    void close() {
        isClosed = true;
        waiting.close();
        prompt.close();
    }
}
