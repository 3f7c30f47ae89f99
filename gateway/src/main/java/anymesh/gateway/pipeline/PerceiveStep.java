// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.routing.InputPath;
import anymesh.v1.Modality;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.Overloaded;
import com.google.common.hash.Hashing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Equations 1 and 2 for all media of one modality, but for those whose outcome is {@linkplain MediaCache kept}. */
final class PerceiveStep {
    /** What is hashed on the event loop: a fifth of a millisecond's. */
    private static final int SMALL_BYTES = 64 << 10;

    private final Vertx vertx;
    private final EncodeStep encode;
    private final ProjectInputStep project;
    private final MediaCache cache;
    private final WireMemory memory;

    PerceiveStep(StageClient client, MediaCache cache, WireMemory memory) {
        this.vertx = client.vertx();
        this.encode = new EncodeStep(client);
        this.project = new ProjectInputStep(client);
        this.cache = cache;
        this.memory = memory;
    }

    Future<Projected> run(List<Media> media, InputPath path, CallContext call) {
        if (!cache.isOn()) {
            return make(media, path, call);
        }
        return keys(media, path, call).compose(keys -> withCache(media, keys, path, call));
    }

    private Future<Projected> make(List<Media> media, InputPath path, CallContext call) {
        return encode.run(media, path.representation(), path.encoder(), call)
                .compose(features -> project.run(features, path.projector(), call));
    }

    private Future<List<MediaCache.Key>> keys(List<Media> media, InputPath path, CallContext call) {
        long bytes = media.stream().mapToLong(item -> item.bytes().size()).sum();
        if (bytes <= SMALL_BYTES) {
            return Future.succeededFuture(keysOf(media, path, call));
        }
        return vertx.executeBlocking(() -> keysOf(media, path, call), false).map(Objects::requireNonNull);
    }

    private static List<MediaCache.Key> keysOf(List<Media> media, InputPath path, CallContext call) {
        return media.stream().map(item -> new MediaCache.Key(call.caller(), sha256(item), item.modality(),
                path.encoder().release(), path.representation(), path.projector().release())).toList();
    }

    private static String sha256(Media media) {
        var hasher = Hashing.sha256().newHasher();
        media.bytes().asReadOnlyByteBufferList().forEach(hasher::putBytes);
        return hasher.hash().toString();
    }

    private Future<Projected> withCache(List<Media> media, List<MediaCache.Key> keys, InputPath path,
            CallContext call) {
        var rows = new ArrayList<@Nullable EmbeddingBatch>();
        var missing = new ArrayList<Integer>();
        for (int i = 0; i < keys.size(); i++) {
            var row = cache.find(keys.get(i));
            rows.add(row);
            if (row == null) {
                missing.add(i);
            }
        }
        int found = keys.size() - missing.size();
        var kept = found == 0
                ? List.<StageUsage>of()
                : List.of(StageUsage.cached(path.encoder(), found), StageUsage.cached(path.projector(), found));
        if (missing.isEmpty()) {
            return joined(path.encoder().modality(), rows, kept);
        }
        return make(missing.stream().map(media::get).toList(), path, call).compose(made -> {
            if (found == 0) {
                keep(keys, made.batch());
                return Future.succeededFuture(made);
            }
            try (var batch = made.batch()) {
                for (int i = 0; i < missing.size(); i++) {
                    rows.set(missing.get(i), row(batch, i));
                }
            } catch (Overloaded e) {
                return Future.failedFuture(e);
            }
            missing.forEach(i -> cache.put(keys.get(i), Objects.requireNonNull(rows.get(i))));
            var usages = new ArrayList<>(kept);
            usages.addAll(made.usages());
            return joined(made.modality(), rows, usages);
        }).onFailure(_ -> close(rows));
    }

    /** Keeps each row as far as there is memory: what can't be kept is made again. */
    private void keep(List<MediaCache.Key> keys, EmbeddingBatch made) {
        try {
            for (int i = 0; i < keys.size(); i++) {
                try (var row = keys.size() == 1 ? made.retain() : row(made, i)) {
                    cache.put(keys.get(i), row);
                }
            }
        } catch (Overloaded _) {
            // the next one may find room
        }
    }

    private EmbeddingBatch row(EmbeddingBatch of, int index) {
        var row = EmbeddingBatch.allocate(memory, of.spec(), 1);
        row.data().put(of.row(index));
        return row;
    }

    /** All rows in one batch, in their order; takes them over. */
    private Future<Projected> joined(Modality modality, List<@Nullable EmbeddingBatch> rows, List<StageUsage> usages) {
        var first = Objects.requireNonNull(rows.getFirst());
        if (rows.size() == 1) {
            return Future.succeededFuture(new Projected(modality, first, usages));
        }
        try {
            var all = EmbeddingBatch.allocate(memory, first.spec(), rows.size());
            var data = all.data();
            rows.forEach(row -> data.put(Objects.requireNonNull(row).data()));
            return Future.succeededFuture(new Projected(modality, all, usages));
        } catch (Overloaded e) {
            return Future.failedFuture(e);
        } finally {
            close(rows);
        }
    }

    private static void close(List<@Nullable EmbeddingBatch> rows) {
        rows.forEach(row -> {
            if (row != null) {
                row.close();
            }
        });
        rows.clear();
    }
}
