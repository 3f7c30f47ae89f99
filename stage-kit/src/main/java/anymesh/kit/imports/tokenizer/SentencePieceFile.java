// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ProtoReader;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A SentencePiece model, as {@code sentencepiece_model.proto} has it.
 *
 * @param pieces in the order of their ids
 * @param charsmap how characters are normalized, compiled; empty if they are not
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record SentencePieceFile(List<Piece> pieces, boolean isUnigram, boolean byteFallback, int unknownId, int beginId,
        int endId, String unknown, String begin, String end, byte[] charsmap, boolean addsDummyPrefix,
        boolean removesExtraSpaces, boolean escapesSpaces) {

    enum Kind {
        NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE
    }

    record Piece(String text, float score, Kind kind) {}

    /** Reads one; {@link BundleException} if it is none, or of a kind whose ids are not made of pieces. */
    static SentencePieceFile read(Path file) {
        try (var in = Files.newInputStream(file)) {
            var reader = new Reader(CodedInputStream.newInstance(in));
            reader.model();
            if (reader.pieces.isEmpty()) {
                throw new BundleException(file + ": no pieces (expected: a SentencePiece model)");
            }
            if (reader.type != 1 && reader.type != 2) {
                throw new BundleException("%s: a model of type %d (expected: 1, unigram, or 2, BPE)".formatted(file,
                        reader.type));
            }
            if (reader.unknownId < 0 || reader.unknownId >= reader.pieces.size()) {
                throw new BundleException("%s: unk_id %d of %d pieces".formatted(file, reader.unknownId,
                        reader.pieces.size()));
            }
            return new SentencePieceFile(reader.pieces, reader.type == 1, reader.byteFallback, reader.unknownId,
                    reader.beginId, reader.endId, reader.unknown, reader.begin, reader.end, reader.charsmap,
                    reader.addsDummyPrefix, reader.removesExtraSpaces, reader.escapesSpaces);
        } catch (InvalidProtocolBufferException e) {
            throw new BundleException("%s: no SentencePiece model, or not all of one: %s".formatted(file,
                    e.getMessage()), e);
        } catch (IOException e) {
            throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The ids of the pieces. */
    Map<String, Long> ids() {
        var ids = new LinkedHashMap<String, Long>();
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id).text(), (long) id);
        }
        return ids;
    }

    /** Control and user-defined pieces, which are found in a text before anything else. */
    List<AddedToken> marks(boolean withUserDefined) {
        return pieces.stream().filter(piece -> piece.kind() == Kind.CONTROL
                || (withUserDefined && piece.kind() == Kind.USER_DEFINED))
                .map(piece -> new AddedToken(piece.text(), false, false, false, false, piece.kind() == Kind.CONTROL))
                .toList();
    }

    /** Field numbers and defaults are those of {@code sentencepiece_model.proto}. */
    private static final class Reader {
        private final CodedInputStream in;
        private final ProtoReader messages;
        private final List<Piece> pieces = new ArrayList<>();
        private int type = 1;
        private boolean byteFallback;
        private int unknownId;
        private int beginId = 1;
        private int endId = 2;
        private String unknown = "<unk>";
        private String begin = "<s>";
        private String end = "</s>";
        private byte[] charsmap = new byte[0];
        private boolean addsDummyPrefix = true;
        private boolean removesExtraSpaces = true;
        private boolean escapesSpaces = true;

        Reader(CodedInputStream in) {
            this.in = in;
            this.messages = new ProtoReader(in);
        }

        void model() throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> messages.message(this::piece);
                    case 2 -> messages.message(this::trainer);
                    case 3 -> messages.message(this::normalizer);
                    default -> in.skipField(tag);
                }
            }
        }

        private void piece() throws IOException {
            var text = "";
            float score = 0;
            var kind = Kind.NORMAL;
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> text = in.readStringRequireUtf8();
                    case 2 -> score = in.readFloat();
                    case 3 -> kind = kind(in.readEnum());
                    default -> in.skipField(tag);
                }
            }
            pieces.add(new Piece(text, score, kind));
        }

        private static Kind kind(int number) throws InvalidProtocolBufferException {
            return switch (number) {
                case 1 -> Kind.NORMAL;
                case 2 -> Kind.UNKNOWN;
                case 3 -> Kind.CONTROL;
                case 4 -> Kind.USER_DEFINED;
                case 5 -> Kind.UNUSED;
                case 6 -> Kind.BYTE;
                default -> throw new InvalidProtocolBufferException("a piece of type " + number);
            };
        }

        private void trainer() throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 3 -> type = in.readEnum();
                    case 35 -> byteFallback = in.readBool();
                    case 40 -> unknownId = in.readInt32();
                    case 41 -> beginId = in.readInt32();
                    case 42 -> endId = in.readInt32();
                    case 45 -> unknown = in.readStringRequireUtf8();
                    case 46 -> begin = in.readStringRequireUtf8();
                    case 47 -> end = in.readStringRequireUtf8();
                    default -> in.skipField(tag);
                }
            }
        }

        private void normalizer() throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 2 -> charsmap = in.readByteArray();
                    case 3 -> addsDummyPrefix = in.readBool();
                    case 4 -> removesExtraSpaces = in.readBool();
                    case 5 -> escapesSpaces = in.readBool();
                    default -> in.skipField(tag);
                }
            }
        }
    }
}
