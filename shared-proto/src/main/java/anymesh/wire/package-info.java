// SPDX-License-Identifier: Apache-2.0
/**
 * Owns what travels between stages: embeddings as Arrow record batches, and the messages around them as protobuf. The
 * only package that knows Arrow.
 *
 * <p>Start here: {@link anymesh.wire.EmbeddingBatch} is what stages exchange, {@link anymesh.wire.Frame} is a message
 * with its batches, {@link anymesh.wire.StageMethods} are the methods of the contract, and
 * {@link anymesh.wire.WireMemory} is where batches live, {@link anymesh.wire.EmbeddingFile} a batch on disk.
 * {@code FrameMarshaller} reads and writes the bytes, {@code ArrowCodec} their descriptions.
 *
 * <p>Threading: everything is safe for use by many threads, except that only one may fill a new batch. Ownership:
 * whoever receives a batch or a frame closes it or passes it on; {@code retain()} adds an owner. A service closes its
 * memory last, which fails if anything leaked.
 */
@NullMarked
package anymesh.wire;

import org.jspecify.annotations.NullMarked;
