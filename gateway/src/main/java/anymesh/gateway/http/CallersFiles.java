// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.gateway.files.StoredFile;
import anymesh.gateway.files.StoredFiles;
import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Whose;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import java.nio.file.NoSuchFileException;

/** The files that one caller keeps here, for requests that name them. */
record CallersFiles(StoredFiles files, Whose whose) {
    /** Pieces are counted as they come, so that what there is no room for is not read. */
    private static final int PIECE = 1 << 20;

    boolean isOn() {
        return files.isOn();
    }

    /** The bytes of the file that the field {@code param} names; {@link InvalidInput} if there is none, or it is larger than it may be. */
    Future<BodyBytes> read(String id, int maxBytes, String param, Room room) {
        return files.get(id, whose).compose(found -> {
            StoredFile file = found.orElseThrow(() -> missing(id, param));
            if (file.medium().bytes() > maxBytes || file.medium().bytes() == 0) {
                throw new InvalidInput(file.medium().bytes() == 0
                        ? "Invalid '" + param + "': there is no data."
                        : "Invalid '" + param + "': the file has more than the " + maxBytes
                                + " bytes that one media item may have.",
                        param);
            }
            var bytes = new BodyBytes(room);
            return fill(bytes, file.medium()).onFailure(_ -> bytes.release());
        }).recover(e -> Future.failedFuture(e instanceof NoSuchFileException ? missing(id, param) : e));
    }

    private static InvalidInput missing(String id, String param) {
        return new InvalidInput("Invalid '" + param + "': there is no file '" + Fields.abbreviated(id) + "'.", param);
    }

    private Future<BodyBytes> fill(BodyBytes bytes, StoredMedium medium) {
        if (bytes.size() == medium.bytes()) {
            return Future.succeededFuture(bytes);
        }
        return files.media().read(medium.name(), bytes.size(), PIECE).compose(piece -> {
            if (piece.length() == 0) {
                return Future.failedFuture(new NoSuchFileException(medium.name()));
            }
            bytes.append(piece.getBytes(), piece.length());
            return fill(bytes, medium);
        });
    }
}
