// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.testing.SharedKube;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class FollowerTest {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final List<List<String>> told = new CopyOnWriteArrayList<>();
    private KubernetesAccess access;

    @BeforeEach
    void open() {
        access = Kubes.access(SHARED);
    }

    @AfterEach
    void close() {
        access.close();
    }

    /** As the API server has them, but for what a test changes about it. */
    private class Maps implements Follower.Objects<ConfigMap> {
        final List<String> ends = new CopyOnWriteArrayList<>();
        final AtomicInteger watches = new AtomicInteger();

        @Override
        public KubernetesResourceList<ConfigMap> list() {
            return access.client().configMaps().inNamespace(SHARED.namespace()).withLabel("test", "follower").list();
        }

        @Override
        public Watch watch(ListOptions options, Watcher<ConfigMap> watcher) {
            watches.incrementAndGet();
            return access.client().configMaps().inNamespace(SHARED.namespace()).withLabel("test", "follower")
                    .watch(options, new Watcher<>() {
                        @Override
                        public void eventReceived(Action action, ConfigMap map) {
                            watcher.eventReceived(action, map);
                        }

                        @Override
                        public void onClose(WatcherException cause) {
                            ends.add((cause.isHttpGone() ? "gone: " : "other: ") + cause.getMessage());
                            watcher.onClose(cause);
                        }
                    });
        }
    }

    private Follower<ConfigMap> follow(Maps maps) {
        return Follower.start(access, "test", maps,
                list -> told.add(list.stream().map(map -> map.getMetadata().getName()).toList()), WATCH);
    }

    private void put(String name) {
        access.client().resource(new ConfigMapBuilder().withNewMetadata().withName(name)
                .withNamespace(SHARED.namespace()).addToLabels("test", "follower").endMetadata().build()).create();
    }

    @Test
    void aWatchWhoseVersionIsTooOldIsFollowedByAnotherList() {
        var maps = new Maps() {
            @Override
            public Watch watch(ListOptions options, Watcher<ConfigMap> watcher) {
                if (watches.get() == 0) {
                    options.setResourceVersion("1"); // before the API server's cache, which began anew
                }
                return super.watch(options, watcher);
            }
        };
        put("before");
        SHARED.cluster().killApi();
        SHARED.cluster().reviveApi();
        try (var _ = follow(maps)) {
            await().until(() -> maps.watches.get() >= 2);
            assertThat(maps.ends).first().asString().startsWith("gone: ");
            put("after");
            await().untilAsserted(() -> assertThat(told.getLast()).contains("after", "before"));
        }
    }

    @Test
    void aWatchThatEndsWithoutASignIsFoundOutWithinItsTime() {
        var maps = new Maps() {
            @Override
            public Watch watch(ListOptions options, Watcher<ConfigMap> watcher) {
                return watches.incrementAndGet() == 1 ? () -> {} : super.watch(options, watcher);
            }
        };
        try (var _ = follow(maps)) {
            await().until(() -> maps.watches.get() == 1);
            put("unheard-of");
            await().untilAsserted(() -> assertThat(told.getLast()).contains("unheard-of"));
        }
    }

    @Test
    void afterItIsClosedItTellsNothing() {
        var maps = new Maps();
        var follower = follow(maps);
        await().until(() -> maps.watches.get() == 1 && follower.first().isComplete()); // on another thread
        follower.close();
        int before = told.size();
        put("too-late");
        await().until(() -> !access.client().configMaps().inNamespace(SHARED.namespace()).withName("too-late").get()
                .getMetadata().getUid().isEmpty());
        assertThat(told).hasSize(before);
        assertThat(maps.watches).hasValue(1);
    }
}
