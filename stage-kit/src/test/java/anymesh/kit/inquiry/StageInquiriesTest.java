// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.inquiry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.server.Futures;
import anymesh.kit.testing.Certificates;
import anymesh.kit.testing.DescribedServer;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.tls.TlsConfig.Expects;
import anymesh.v1.StageDescription;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A real server whose certificate is for {@code generator-image} and no address. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StageInquiriesTest {
    private static final StageDescription DESCRIPTION = StageDescription.newBuilder().setBundle("toyworld").build();

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(StageInquiry.class);
    private Certificates ours;
    private MeshTls tls;
    private DescribedServer server;

    @BeforeEach
    void serve() {
        ours = new Certificates(folder).issueServer("generator-image").issueClient("gateway");
        tls = MeshTls.open(ours.config("generator-image", Expects.SERVICE));
        server = new DescribedServer("127.0.0.1", tls.server());
        server.describe(DESCRIPTION, true);
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void close() {
        log.detachAppender(said);
        server.close();
        tls.close();
        Futures.join(vertx.close());
    }

    @Test
    void aServiceIsKnownByItsNameWhereverItIs() {
        try (var inquiries = inquiries(Expects.SERVICE);
                var inquiry = inquiries.to("generator-image", "127.0.0.1", server.port())) {
            assertThat(Futures.join(inquiry.ask())).isEqualTo(new StageInquiry.Answer(DESCRIPTION, true));
        }
    }

    @Test
    void thatACertificateIsForAnotherServiceIsSaidOnce() {
        try (var inquiries = inquiries(Expects.SERVICE);
                var inquiry = inquiries.to("generator-audio", "127.0.0.1", server.port())) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> Futures.join(inquiry.ask())).hasMessageContaining("UNAVAILABLE");
            }
            assertThat(said.list).singleElement().satisfies(line -> {
                assertThat(line.getLevel()).isEqualTo(Level.WARN);
                assertThat(line.getFormattedMessage()).contains("service=generator-audio", "port=" + server.port(),
                        "no agreement over TLS", "matching generator-audio found");
            });
        }
    }

    @Test
    void elseTheHostIsExpected() {
        try (var inquiries = inquiries(Expects.HOST);
                var inquiry = inquiries.to("generator-image", "127.0.0.1", server.port())) {
            assertThatThrownBy(() -> Futures.join(inquiry.ask())).hasMessageContaining("UNAVAILABLE");
            assertThat(said.list).singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage()).contains("127.0.0.1 found"));
        }
    }

    private StageInquiries inquiries(Expects expects) {
        return StageInquiries.open(vertx, ours.config("gateway", expects));
    }
}
