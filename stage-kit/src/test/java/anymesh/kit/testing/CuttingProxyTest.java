// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

final class CuttingProxyTest {
    private static final int CALLS = 200;
    /** What a call's first bytes bring about is never cut among them: the rest follows once the stage has heard of it. */
    private static final int REST = 50;
    /** The stage has: an empty frame of settings. */
    private static final byte[] HEARD = frame(4, 0, new byte[0]);

    /** One frame of a first stream. */
    private static byte[] frame(int type, int flags, byte[] payload) {
        var frame = Unpooled.buffer().writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(1)
                .writeBytes(payload);
        return ByteBufUtil.getBytes(frame);
    }

    private static byte[] request(int i) throws Http2Exception {
        ByteBuf headers = Unpooled.buffer();
        new DefaultHttp2HeadersEncoder().encodeHeaders(1,
                new DefaultHttp2Headers().method("POST").path("/stage/Call").add("x-request-id", "request-" + i),
                headers);
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(Http2CodecUtil.connectionPrefaceBuf(),
                Unpooled.wrappedBuffer(frame(Http2Calls.HEADERS, Http2Calls.END_HEADERS, ByteBufUtil.getBytes(headers)),
                        frame(Http2Calls.DATA, Http2Calls.END_STREAM, new byte[100]))));
    }

    /** An answer that comes at once and ends the call is lost with any of its bytes, and every such loss is counted. */
    @Test
    void everyCallThatIsCutOffCountsAsHit() throws Exception {
        var answer = frame(Http2Calls.DATA, Http2Calls.END_STREAM, new byte[100]);
        var cuts = new Cuts(1, 1);
        int cutOff = 0;
        try (var stage = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                var proxy = new CuttingProxy("127.0.0.1", stage.getLocalPort(), cuts)) {
            for (int i = 0; i < CALLS; i++) {
                var request = request(i);
                var answering = Thread.ofVirtual().start(() -> answer(stage, request.length, answer));
                cutOff += isAnswered(proxy.port(), request, answer.length) ? 0 : 1;
                answering.join();
            }
        }
        assertThat(cuts.calls()).isEqualTo(CALLS);
        assertThat(cutOff).isPositive().isLessThan(CALLS);
        assertThat(cuts.hit()).isEqualTo(cutOff);
    }

    private static void answer(ServerSocket stage, int length, byte[] answer) {
        try (var caller = stage.accept()) {
            caller.getInputStream().readNBytes(length - REST);
            caller.getOutputStream().write(HEARD);
            if (caller.getInputStream().readNBytes(REST).length == REST) {
                caller.getOutputStream().write(answer);
                caller.getInputStream().readAllBytes();
            }
        } catch (IOException e) {
            // The connection was cut.
        }
    }

    private static boolean isAnswered(int port, byte[] request, int length) {
        try (var stage = new Socket(InetAddress.getLoopbackAddress(), port)) {
            stage.getOutputStream().write(request, 0, request.length - REST);
            if (stage.getInputStream().readNBytes(HEARD.length).length < HEARD.length) {
                return false;
            }
            stage.getOutputStream().write(request, request.length - REST, REST);
            return stage.getInputStream().readNBytes(length).length == length;
        } catch (IOException e) {
            return false;
        }
    }
}
