// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.Room;

/**
 * The room for what a request's URLs and ids of files bring: together not more than its body could have brought itself, as that is what one
 * message to an encoder can carry. On one event loop.
 */
final class FetchRoom implements Room {
    private final Room request;
    private final long most;
    private long held;

    /** {@code most} bytes, which count for the request as all others do. */
    FetchRoom(Room request, long most) {
        this.request = request;
        this.most = most;
    }

    /** What is left beside a body, in bytes that base64 would have made a third more of. */
    static FetchRoom beside(int bodyBytes, int maxBodyBytes, Room request) {
        return new FetchRoom(request, (maxBodyBytes - bodyBytes) / 4L * 3);
    }

    @Override
    public void hold(long bytes) {
        held += bytes;
        if (held > most) {
            throw new HttpRefusal(413, "The files that the request names are larger than the " + most
                    + " bytes that its body leaves for them.");
        }
        request.hold(bytes);
    }

    @Override
    public void release(long bytes) {
        held -= bytes;
        request.release(bytes);
    }
}
