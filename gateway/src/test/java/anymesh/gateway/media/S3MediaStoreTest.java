// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.testing.TestingS3;
import anymesh.wire.error.StageUnavailable;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

final class S3MediaStoreTest extends MediaStoreContract {
    private static TestingS3 s3;

    private final String prefix = UUID.randomUUID() + "/";

    @BeforeAll
    static void startS3() {
        s3 = TestingS3.start();
    }

    @AfterAll
    static void endS3() {
        if (s3 != null) {
            s3.close();
        }
    }

    @Override
    MediaStore open() {
        return open(s3.endpoint(), TestingS3.BUCKET, TestingS3.ACCESS_KEY, TestingS3.SECRET_KEY);
    }

    private MediaStore open(String endpoint, String bucket, String accessKey, String secretKey) {
        return S3MediaStore.open(vertx, new MediaConfig.S3(endpoint, "", bucket, prefix, true), Map.of(),
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
    }

    @Test
    void allLiesBelowItsPrefixAndNothingElseIsTouched() throws Exception {
        var others = s3.bucket().resolve("others-" + UUID.randomUUID());
        Files.createDirectories(others.resolve("a"));
        Files.writeString(others.resolve("a/b"), "another's");
        Files.createDirectories(s3.bucket().resolve(prefix).resolve("a/b"));
        Files.writeString(s3.bucket().resolve(prefix).resolve("a/b/c"), "not by a name that it would give");
        put("video_1/a", "mine");
        assertThat(s3.bucket().resolve(prefix).resolve("video_1/a")).hasContent("mine");
        assertThat(Futures.join(store.olderThan(Duration.ofMinutes(-1)))).containsExactly("video_1/a");
    }

    @Test
    void moreThanOnePageIsListed() throws Exception {
        var folder = Files.createDirectories(s3.bucket().resolve(prefix).resolve("video_1"));
        for (int i = 0; i < 1_100; i++) {
            Files.writeString(folder.resolve("file" + i), "");
        }
        assertThat(Futures.join(store.olderThan(Duration.ofMinutes(-1)))).hasSize(1_100).contains("video_1/file1099");
    }

    @Test
    void itIsAwayWhileNobodyAnswersAndBackAfterwards() {
        put("video_1/a", "a");
        s3.kill();
        assertThatThrownBy(() -> read("video_1/a", 0, 1)).isInstanceOf(StageUnavailable.class);
        assertThatThrownBy(() -> Futures.join(store.ready())).isInstanceOf(StageUnavailable.class);
        s3.restart();
        Futures.join(store.ready());
        assertThat(read("video_1/a", 0, 1)).isEqualTo("a");
    }

    static Stream<List<String>> wrong() {
        return Stream.of(
                List.of("nobodys", TestingS3.ACCESS_KEY, TestingS3.SECRET_KEY, "there is no bucket 'nobodys'"),
                List.of(TestingS3.BUCKET, "somebody", TestingS3.SECRET_KEY, "the access key is not known there"),
                List.of(TestingS3.BUCKET, TestingS3.ACCESS_KEY, "a wrong secret",
                        "the secret key is not the one that belongs to the access key"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsWrongIsSaidInTheLogOnceAndNoSecretWithIt(List<String> wrong) {
        try (var log = new Log(); var other = open(s3.endpoint(), wrong.get(0), wrong.get(1), wrong.get(2))) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> Futures.join(other.ready())).isInstanceOf(StageUnavailable.class)
                        .hasMessage("The store of media can't be used at the moment.");
            }
            assertThat(log.messages()).singleElement().asString()
                    .contains("s3://" + wrong.get(0) + "/" + prefix, s3.endpoint(), wrong.get(3))
                    .doesNotContain(wrong.get(2));
        }
    }

    @Test
    void thatNobodyAnswersIsSaidToo() {
        try (var log = new Log();
                var other = open("http://127.0.0.1:1", TestingS3.BUCKET, TestingS3.ACCESS_KEY, TestingS3.SECRET_KEY)) {
            assertThatThrownBy(() -> Futures.join(other.ready())).isInstanceOf(StageUnavailable.class);
            assertThat(log.messages()).singleElement().asString()
                    .contains("it does not answer at http://127.0.0.1:1 (Connection refused)");
        }
    }

    /** As a Secret of a cluster is, which is mounted as a file. */
    @Test
    void keysAreReadFromAFileAndAgainWhenItChanges(@TempDir Path folder) throws Exception {
        var file = folder.resolve("credentials");
        write(file, "somebody");
        System.setProperty("aws.sharedCredentialsFile", file.toString());
        try (var other = S3MediaStore.open(vertx, new MediaConfig.S3(s3.endpoint(), "", TestingS3.BUCKET, prefix, true),
                Map.of())) {
            assertThatThrownBy(() -> Futures.join(other.ready())).isInstanceOf(StageUnavailable.class);
            write(file, TestingS3.ACCESS_KEY);
            await().ignoreExceptions().until(() -> Futures.join(other.ready().map(true)));
        } finally {
            System.clearProperty("aws.sharedCredentialsFile");
        }
    }

    private static void write(Path file, String accessKey) throws IOException {
        Files.writeString(file, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n".formatted(accessKey,
                TestingS3.SECRET_KEY));
    }

    /** What the store says there while this is open. */
    private static final class Log implements AutoCloseable {
        private final Logger logger = (Logger) LoggerFactory.getLogger(S3MediaStore.class);
        private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

        Log() {
            lines.start();
            logger.addAppender(lines);
        }

        List<String> messages() {
            return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        }

        @Override
        public void close() {
            logger.detachAppender(lines);
        }
    }
}
