// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.testing;

import anymesh.wire.Frame;
import anymesh.wire.call.FrameObserver;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Keeps what a call answers until it is looked at. */
public class CollectingObserver<R extends Message> implements FrameObserver<R>, AutoCloseable {
    private final List<Frame<R>> frames = new ArrayList<>();
    private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

    @Override
    public synchronized void onFrame(Frame<R> frame) {
        frames.add(frame);
    }

    @Override
    public void onEnd(@Nullable Throwable error) {
        if (!end.complete(error)) {
            throw new AssertionError("a call ended twice");
        }
    }

    /** Waits for the end of the call. */
    public @Nullable Throwable error() {
        try {
            return end.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError("the call did not end", e);
        }
    }

    /** All frames of a call that must have ended well. They stay this object's: it closes them. */
    public List<Frame<R>> frames() {
        Throwable error = error();
        if (error != null) {
            throw new AssertionError("the call failed", error);
        }
        synchronized (this) {
            return List.copyOf(frames);
        }
    }

    public synchronized int received() {
        return frames.size();
    }

    /** Whether the call has ended, however. */
    public boolean isEnded() {
        return end.isDone();
    }

    @Override
    public synchronized void close() {
        frames.forEach(Frame::close);
        frames.clear();
    }
}
