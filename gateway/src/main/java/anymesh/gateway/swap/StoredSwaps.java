// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.routing.RouteJson;
import anymesh.gateway.routing.StoredRoutes;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The swaps of a mesh in the store that it shares, the last one of each modality: {@code swaps/image}. What each gateway
 * has seen of one lies beside: {@code observations/image/GATEWAY}.
 */
public final class StoredSwaps {
    /** Below these, the store must let itself be read and written. */
    public static final String FOLDER = "swaps/";
    public static final String OBSERVATIONS = "observations/";
    private static final Logger log = LoggerFactory.getLogger(StoredSwaps.class);

    private final MeshStore store;

    /** The store stays its caller's. */
    public StoredSwaps(MeshStore store) {
        this.store = store;
    }

    private static String name(Modality modality) {
        return FOLDER + Modalities.name(modality);
    }

    /** Its last swap. */
    public Future<Optional<Swap>> get(Modality modality) {
        return store.get(name(modality)).map(found -> found.flatMap(StoredSwaps::read));
    }

    /** Begins a swap; fails with {@code IllegalStateException} while another one of its modality goes on. */
    public Future<Void> begin(Swap swap) {
        var name = name(swap.modality());
        return store.get(name).compose(found -> {
            var other = found.flatMap(StoredSwaps::read).filter(last -> !last.isOver());
            if (other.isPresent()) {
                return Future.failedFuture(new IllegalStateException(
                        "a swap of %s goes on already, to %s: follow it, or roll it back"
                                .formatted(Modalities.name(swap.modality()), other.get().candidate())));
            }
            return store.put(name, SwapJson.write(swap).encode(), version(found))
                    .compose(isDone -> isDone ? Future.succeededFuture() : begin(swap));
        });
    }

    /** Changes a swap as long as it is this one; says what it is then, which is nothing if another one has begun. */
    public Future<Optional<Swap>> change(Swap of, UnaryOperator<Swap> change) {
        var name = name(of.modality());
        return store.get(name).compose(found -> {
            var now = found.flatMap(StoredSwaps::read).filter(swap -> swap.id().equals(of.id()));
            if (now.isEmpty()) {
                return Future.succeededFuture(now);
            }
            var next = change.apply(now.get());
            if (next.equals(now.get())) {
                return Future.succeededFuture(now);
            }
            return store.put(name, SwapJson.write(next).encode(), version(found))
                    .compose(isDone -> isDone ? Future.succeededFuture(Optional.of(next)) : change(of, change));
        });
    }

    /** Tells of all swaps now and after each change. */
    public Registration watch(Consumer<List<Swap>> listener) {
        return store.watch(FOLDER, documents -> {
            var swaps = new ArrayList<Swap>();
            documents.forEach(document -> read(document).ifPresent(swaps::add));
            listener.accept(swaps);
        });
    }

    /** What all gateways have seen at this point of a swap. */
    public Future<Evidence> evidence(Swap swap) {
        return store.list(OBSERVATIONS + Modalities.name(swap.modality()) + "/").map(documents -> documents.stream()
                .map(document -> EvidenceJson.read(document.text(), swap.place(), swap.id()))
                .reduce(Evidence.NONE, Evidence::plus));
    }

    /** Says what one gateway has seen. */
    Future<Void> publish(Modality modality, String gateway, String place, Evidence evidence) {
        return replace(OBSERVATIONS + Modalities.name(modality) + "/" + gateway,
                EvidenceJson.write(place, evidence).encode());
    }

    /** Makes the route what a swap asks for, and keeps of it what is no swap's business. */
    public Future<Void> route(Swap swap) {
        return store.get(StoredRoutes.FOLDER + swap.routeName()).compose(found -> swap
                .route(found.map(StoredSwaps::isSticky).orElse(false))
                .map(route -> replace(StoredRoutes.FOLDER + swap.routeName(),
                        RouteJson.write(route)))
                .orElse(Future.succeededFuture()));
    }

    private static boolean isSticky(Document route) {
        try {
            return RouteJson.read(route.text()).sticky();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Future<Void> replace(String name, String text) {
        return store.get(name).compose(found -> found.isPresent() && found.get().text().equals(text)
                ? Future.succeededFuture()
                : store.put(name, text, version(found))
                        .compose(isDone -> isDone ? Future.<Void>succeededFuture() : replace(name, text)));
    }

    private static long version(Optional<Document> found) {
        return found.map(Document::version).orElse(Document.ABSENT);
    }

    private static Optional<Swap> read(Document document) {
        try {
            return Optional.of(SwapJson.read(document.text()));
        } catch (IllegalArgumentException e) {
            log.error("{} is left alone: {}", document.name(), e.getMessage());
            return Optional.empty();
        }
    }
}
