// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.EmbeddingBatch;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Names what a stage was asked without telling it: SHA-256 over the message and its embeddings, as hexadecimal. */
final class PayloadHash {
    private PayloadHash() {}

    static String of(Message request, List<EmbeddingBatch> batches) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            request.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            batches.forEach(batch -> digest.update(batch.data().duplicate()));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
