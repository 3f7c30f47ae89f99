// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import com.google.common.base.Suppliers;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/** Puts a sound of an answer into a film of it. The codec is found when the first one asks for it. */
final class SoundtrackStep {
    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(1));

    private final Supplier<MediaCodec> codec = Suppliers.memoize(() -> MediaCodec.start(LIMITS));

    /** To be called on a Vert.x context; the work is done on one of its workers, and ends with the call. */
    Future<GeneratedMedia> run(GeneratedMedia film, GeneratedMedia sound, CallContext call) {
        Context context = Objects.requireNonNull(Vertx.currentContext(), "not on a Vert.x context");
        return context.executeBlocking(() -> join(film, sound, call), false).map(Objects::requireNonNull);
    }

    private GeneratedMedia join(GeneratedMedia film, GeneratedMedia sound, CallContext call) {
        var format = ClipFormat.ofMimeType(film.getMimeType()).orElseThrow(() -> unknown(film));
        var soundFormat = SoundFormat.ofMimeType(sound.getMimeType()).orElseThrow(() -> unknown(sound));
        byte[] file = codec.get().withSound(call, film.getData().toByteArray(), format, sound.getData().toByteArray(),
                soundFormat);
        return film.toBuilder().setData(UnsafeByteOperations.unsafeWrap(file)).build();
    }

    private static InferenceFailed unknown(GeneratedMedia media) {
        return new InferenceFailed("no film with sound can be made of " + media.getMimeType());
    }
}
