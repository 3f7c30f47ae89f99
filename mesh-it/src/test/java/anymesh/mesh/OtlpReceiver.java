// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes traces over OTLP/HTTP, reading the fields of opentelemetry-proto's trace.proto by their numbers. */
final class OtlpReceiver implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private final HttpServer server;
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();

    /** A span as it came; {@code kind} is 1 internal, 2 server, 3 client. */
    record SpanData(String service, String trace, String id, String parent, String name, int kind, long start, long end,
            Map<String, String> attributes, List<String> links) {}

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The spans of one trace so far. */
    List<SpanData> trace(String id) {
        return spans.stream().filter(span -> span.trace().equals(id)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            for (var resource : messages(UnknownFieldSet.parseFrom(exchange.getRequestBody()), 1)) {
                var service = attributes(messages(resource, 1).getFirst(), 1).getOrDefault("service.name", "");
                for (var scope : messages(resource, 2)) {
                    for (var span : messages(scope, 2)) {
                        spans.add(span(service, span));
                    }
                }
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static SpanData span(String service, UnknownFieldSet span) throws InvalidProtocolBufferException {
        var links = new CopyOnWriteArrayList<String>();
        for (var link : messages(span, 13)) {
            links.add(hex(link, 2));
        }
        return new SpanData(service, hex(span, 1), hex(span, 2), hex(span, 4), text(span, 5),
                Math.toIntExact(span.getField(6).getVarintList().getFirst()),
                span.getField(7).getFixed64List().getFirst(), span.getField(8).getFixed64List().getFirst(),
                attributes(span, 9), links);
    }

    private static Map<String, String> attributes(UnknownFieldSet of, int number)
            throws InvalidProtocolBufferException {
        var attributes = new HashMap<String, String>();
        for (var attribute : messages(of, number)) {
            var value = messages(attribute, 2).getFirst();
            attributes.put(text(attribute, 1), value.hasField(1)
                    ? text(value, 1)
                    : String.valueOf(value.getField(3).getVarintList()));
        }
        return attributes;
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet of, int number)
            throws InvalidProtocolBufferException {
        var messages = new CopyOnWriteArrayList<UnknownFieldSet>();
        for (ByteString bytes : of.getField(number).getLengthDelimitedList()) {
            messages.add(UnknownFieldSet.parseFrom(bytes));
        }
        return messages;
    }

    private static String text(UnknownFieldSet of, int number) {
        return of.getField(number).getLengthDelimitedList().getFirst().toStringUtf8();
    }

    private static String hex(UnknownFieldSet of, int number) {
        var bytes = of.getField(number).getLengthDelimitedList();
        return bytes.isEmpty() ? "" : HEX.formatHex(bytes.getFirst().toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
