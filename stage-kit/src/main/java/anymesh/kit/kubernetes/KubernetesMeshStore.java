// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.wire.call.Registration;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store in ConfigMaps, one for each document, which may have a mebibyte each. The API server's resource version is the
 * document's, and its check of it the store's. Listeners are called on Vert.x contexts.
 */
public final class KubernetesMeshStore implements MeshStore {
    private static final String FOLDER = "anymesh.io/folder";
    private static final String TEXT = "document";
    /** Other at every write: the API server would not count one that changes nothing, and both of two such would win. */
    private static final String WRITE = "anymesh.io/write";

    private final KubernetesAccess access;
    private final NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> maps;
    private final List<Follower<ConfigMap>> followers = new CopyOnWriteArrayList<>();

    private KubernetesMeshStore(KubernetesAccess access) {
        this.access = access;
        this.maps = access.client().configMaps().inNamespace(access.namespace());
    }

    /**
     * Opens the store.
     *
     * @throws KubernetesRefusedException if the API server answers and will not have us. One that does not answer is no
     *     error.
     */
    public static KubernetesMeshStore open(Vertx vertx, KubernetesConfig config) {
        return open(KubernetesAccess.open(vertx, config));
    }

    static KubernetesMeshStore open(KubernetesAccess access) {
        access.insist(Permission.of("", "configmaps", "get", "list", "watch", "create", "update", "delete"),
                "ConfigMaps");
        return new KubernetesMeshStore(access);
    }

    @Override
    public Future<Optional<Document>> get(String name) {
        Document.requireName(name);
        return access.call(() -> Optional.ofNullable(maps.withName(ObjectNames.of(name)).get())
                .flatMap(KubernetesMeshStore::document));
    }

    @Override
    public Future<List<Document>> list(String prefix) {
        return access.call(() -> documents(below(prefix).list().getItems(), prefix));
    }

    @Override
    public Future<Boolean> put(String name, String text, long version) {
        var map = map(Document.requireName(name), text, version);
        return ifItStands(() -> {
            var there = maps.resource(map);
            var _ = version == Document.ABSENT ? there.create() : there.update();
            return true;
        });
    }

    @Override
    public Future<Boolean> remove(String name, long version) {
        var there = maps.withName(ObjectNames.of(Document.requireName(name)));
        return version == Document.ABSENT
                ? Future.succeededFuture(false)
                : ifItStands(() -> !there.lockResourceVersion(String.valueOf(version)).delete().isEmpty());
    }

    /** Makes "there is one already", "there is none" and "it is another version by now" a no. */
    private Future<Boolean> ifItStands(Callable<Boolean> write) {
        return access.call(() -> {
            try {
                return write.call();
            } catch (KubernetesClientException e) {
                if (KubernetesAccess.isOutdated(e)) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public Registration watch(String prefix, Consumer<List<Document>> listener) {
        var follower = Follower.start(access, "documents below " + prefix, Follower.Objects.of(below(prefix)),
                new Changes(prefix, listener));
        followers.add(follower);
        return () -> {
            followers.remove(follower);
            follower.close();
        };
    }

    /** Tells a listener of what makes a difference to it; on one context. */
    private static final class Changes implements Consumer<List<ConfigMap>> {
        private final String prefix;
        private final Consumer<List<Document>> listener;
        private @Nullable List<Document> told;

        Changes(String prefix, Consumer<List<Document>> listener) {
            this.prefix = prefix;
            this.listener = listener;
        }

        @Override
        public void accept(List<ConfigMap> maps) {
            var now = documents(maps, prefix);
            if (!now.equals(told)) {
                told = now;
                listener.accept(now);
            }
        }
    }

    /** What may lie below a prefix, and more than that: labels know no prefixes. */
    private FilterWatchListDeletable<ConfigMap, ConfigMapList, Resource<ConfigMap>> below(String prefix) {
        var ours = maps.withLabel(ObjectNames.MANAGED_BY, ObjectNames.ANYMESH);
        return prefix.contains("/") ? ours.withLabel(FOLDER, ObjectNames.folder(prefix)) : ours.withLabel(FOLDER);
    }

    private static ConfigMap map(String name, String text, long version) {
        return new ConfigMapBuilder().withNewMetadata().withName(ObjectNames.of(name))
                .withResourceVersion(version == Document.ABSENT ? null : String.valueOf(version))
                .addToLabels(ObjectNames.MANAGED_BY, ObjectNames.ANYMESH)
                .addToLabels(FOLDER, ObjectNames.folder(name))
                .addToAnnotations(ObjectNames.NAME, name)
                .addToAnnotations(WRITE, UUID.randomUUID().toString()).endMetadata()
                .addToData(TEXT, text).build();
    }

    private static List<Document> documents(List<ConfigMap> maps, String prefix) {
        return maps.stream().map(KubernetesMeshStore::document).flatMap(Optional::stream)
                .filter(document -> document.name().startsWith(prefix))
                .sorted(Comparator.comparing(Document::name)).toList();
    }

    /** Nothing if somebody else made it, or changed it so that it says no name or no text. */
    private static Optional<Document> document(ConfigMap map) {
        var metadata = map.getMetadata();
        var name = metadata.getAnnotations().get(ObjectNames.NAME);
        var text = map.getData().get(TEXT);
        return name == null || text == null || !metadata.getName().equals(ObjectNames.of(name))
                ? Optional.empty()
                : Optional.of(new Document(name, text, Long.parseLong(metadata.getResourceVersion())));
    }

    @Override
    public void close() {
        followers.forEach(Follower::close);
        access.close();
    }
}
