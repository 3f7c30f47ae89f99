// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a {@code multipart/form-data} body (RFC 7578) as the tree that a JSON body with the same fields would have:
 * texts are {@link FormText}, files are nodes that hold a {@link FormFile}. A name that comes more than once, or is
 * written {@code name[]}, is an array.
 */
public final class FormTree {
    private static final int MAX_FIELDS = 256;
    private static final int MAX_HEADERS = 16 << 10;
    private static final int PIECE = 64 << 10;
    private static final String LIST = "[]";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Netty forgets to release what is in its hands when it refuses a form. Of the heap, that is garbage and no leak. */
    private static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

    private FormTree() {}

    /**
     * Reads a whole body; {@link InvalidInput} if it is no such form, and what {@link Room#hold} throws.
     *
     * @param type the request's content type, which names the boundary
     */
    public static ObjectNode read(BodyBytes body, String type, Room room) {
        var head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        long inParts = body.size();
        room.hold(2 * inParts); // as Netty takes it apart, and as what is made of it
        HttpPostMultipartRequestDecoder form;
        try {
            form = new HttpPostMultipartRequestDecoder(new DefaultHttpDataFactory(false), head, StandardCharsets.UTF_8,
                    MAX_FIELDS, MAX_HEADERS);
        } catch (HttpPostRequestDecoder.ErrorDataDecoderException _) {
            throw invalid();
        }
        try (InputStream bytes = body.stream()) {
            for (byte[] piece = bytes.readNBytes(PIECE); piece.length > 0; piece = bytes.readNBytes(PIECE)) {
                form.offer(new DefaultHttpContent(HEAP.heapBuffer(piece.length).writeBytes(piece)));
            }
            form.offer(new DefaultLastHttpContent());
            return tree(form);
        } catch (HttpPostRequestDecoder.TooManyFormFieldsException
                | HttpPostRequestDecoder.TooLongFormFieldException _) {
            throw new InvalidInput(
                    "The form of your request has more than %d fields, or a part with a head that is too long."
                            .formatted(MAX_FIELDS));
        } catch (HttpPostRequestDecoder.ErrorDataDecoderException | IOException _) {
            throw invalid();
        } finally {
            form.destroy();
            room.release(inParts);
        }
    }

    private static ObjectNode tree(HttpPostMultipartRequestDecoder form) throws IOException {
        ObjectNode tree = NODES.objectNode();
        boolean isWhole = false;
        for (InterfaceHttpData part : form.getBodyHttpDatas()) {
            switch (part) {
                case FileUpload file -> add(tree, file.getName(),
                        NODES.pojoNode(new FormFile(file.getFilename(), ByteString.copyFrom(file.get()))));
                case Attribute text -> add(tree, text.getName(), new FormText(text.getValue()));
                default -> throw invalid();
            }
            isWhole = true;
        }
        if (!isWhole || form.currentPartialHttpData() != null) {
            throw invalid();
        }
        return tree;
    }

    private static void add(ObjectNode tree, String name, JsonNode value) {
        String field = name.endsWith(LIST) ? name.substring(0, name.length() - LIST.length()) : name;
        switch (tree.get(field)) {
            case ArrayNode list -> list.add(value);
            case null -> tree.set(field, name.endsWith(LIST) ? NODES.arrayNode().add(value) : value);
            case JsonNode first -> tree.set(field, NODES.arrayNode().add(first).add(value));
        }
    }

    private static InvalidInput invalid() {
        return new InvalidInput("We could not read the form of your request. "
                + "The API expects multipart/form-data with a boundary, and its last part closed by it.");
    }
}
