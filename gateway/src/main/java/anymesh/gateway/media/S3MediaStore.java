// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import anymesh.wire.error.StageUnavailable;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Media in a bucket of an S3, below a prefix. Calls block on threads of their own: there are few at a time, and each is one request
 * of at most a film. Each is tried three times.
 */
public final class S3MediaStore implements MediaStore {
    private static final Logger log = LoggerFactory.getLogger(S3MediaStore.class);

    private static final int AT_ONCE = 16;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** How long nothing may come. */
    private static final Duration SILENCE = Duration.ofSeconds(15);
    /** What a call may take with all its tries. */
    private static final Duration CALL = Duration.ofMinutes(2);
    private static final int BEYOND_ITS_END = 416;

    private final MediaConfig.S3 place;
    private final S3Client client;
    private final WorkerExecutor worker;
    private final Object lock = new Object();
    private @Nullable Future<Void> check;
    private boolean isAway;

    private S3MediaStore(Vertx vertx, MediaConfig.S3 place, S3Client client) {
        this.place = place;
        this.client = client;
        worker = vertx.createSharedWorkerExecutor("media in " + place.place(), AT_ONCE, CALL.toSeconds() * 2,
                TimeUnit.SECONDS);
    }

    static S3MediaStore open(Vertx vertx, MediaConfig.S3 place, Map<String, String> environment) {
        return open(vertx, place, environment, DefaultCredentialsProvider.builder().build());
    }

    static S3MediaStore open(Vertx vertx, MediaConfig.S3 place, Map<String, String> environment,
            AwsCredentialsProvider credentials) {
        var region = place.region().isEmpty() ? environment.getOrDefault("AWS_REGION", "us-east-1") : place.region();
        var builder = S3Client.builder().region(Region.of(region)).credentialsProvider(credentials)
                .forcePathStyle(place.pathStyle())
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
                // What came later than S3 itself is not known to all that speak it; a file's MD5 goes along instead.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(settings -> settings.apiCallTimeout(CALL));
        if (!place.endpoint().isEmpty()) {
            builder.endpointOverride(URI.create(place.endpoint()));
        }
        return new S3MediaStore(vertx, place, builder.build());
    }

    /** Asked until it has succeeded once, by all that is done later too: a file is written, read, listed and deleted. */
    @Override
    public Future<Void> ready() {
        synchronized (lock) {
            if (check == null || check.failed()) {
                var name = "check/" + UUID.randomUUID();
                var begun = put(name, ByteString.copyFromUtf8(name)).compose(_ -> read(name, 0, 1))
                        .compose(_ -> listed(1)).compose(_ -> delete(name))
                        .onSuccess(_ -> log.info("media are kept in {}", place.place()));
                check = begun;
            }
            return check;
        }
    }

    @Override
    public Future<Void> put(String name, ByteString bytes) {
        return ask("PutObject", () -> {
            var key = key(name);
            var md5 = md5(bytes);
            return client.putObject(put -> put.bucket(place.bucket()).key(key).contentMD5(md5),
                    RequestBody.fromContentProvider(bytes::newInput, bytes.size(), "application/octet-stream"));
        }).mapEmpty();
    }

    private static String md5(ByteString bytes) {
        try {
            var digest = MessageDigest.getInstance("MD5");
            for (ByteBuffer piece : bytes.asReadOnlyByteBufferList()) {
                digest.update(piece);
            }
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Future<Buffer> read(String name, long from, int length) {
        return ask("GetObject", () -> {
            var key = key(name);
            try {
                long last = from + Math.max(1, length) - 1; // a range of nothing can't be asked for
                var bytes = client.getObjectAsBytes(get -> get.bucket(place.bucket()).key(key)
                        .range("bytes=" + from + "-" + last)).asByteArrayUnsafe();
                return length == 0 ? Buffer.buffer() : Buffer.buffer(bytes);
            } catch (NoSuchKeyException e) {
                throw missing(name, e);
            } catch (S3Exception e) {
                if (e.statusCode() == BEYOND_ITS_END) {
                    return Buffer.buffer();
                }
                throw e;
            }
        });
    }

    private static NoSuchFileException missing(String name, Throwable cause) {
        var missing = new NoSuchFileException(name);
        missing.initCause(cause);
        return missing;
    }

    @Override
    public Future<Void> delete(String name) {
        return ask("DeleteObject", () -> {
            var key = key(name);
            return client.deleteObject(delete -> delete.bucket(place.bucket()).key(key));
        }).mapEmpty();
    }

    @Override
    public Future<List<String>> olderThan(Duration age) {
        return ask("ListObjectsV2", () -> {
            var names = new ArrayList<String>();
            for (var page : client.listObjectsV2Paginator(list -> list.bucket(place.bucket())
                    .prefix(place.prefix()))) {
                var limit = now(page).minus(age);
                page.contents().stream().filter(object -> object.lastModified().isBefore(limit))
                        .map(object -> object.key().substring(place.prefix().length()))
                        .filter(MediaName::isOne).forEach(names::add);
            }
            return names;
        });
    }

    /** By the clock that the times of files are of. */
    private static Instant now(ListObjectsV2Response page) {
        return page.sdkHttpResponse().firstMatchingHeader("date")
                .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
                .orElseGet(Instant::now);
    }

    private Future<?> listed(int most) {
        return ask("ListObjectsV2", () -> client.listObjectsV2(list -> list.bucket(place.bucket())
                .prefix(place.prefix()).maxKeys(most)));
    }

    private String key(String name) throws NoSuchFileException {
        return place.prefix() + MediaName.checked(name);
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> Future<T> ask(String what, Call<T> call) {
        return worker.executeBlocking(() -> {
            try {
                var answer = call.run();
                noteHere();
                return answer;
            } catch (SdkException e) {
                noteAway(what, e);
                throw new StageUnavailable("The store of media can't be used at the moment.", e);
            }
        }, false).map(Objects::requireNonNull);
    }

    /** Once for each time that it goes away. */
    private void noteAway(String what, SdkException failure) {
        synchronized (lock) {
            if (!isAway) {
                log.warn("media can't be kept in {}: {}: {}", place.place(), what, S3Failures.sentence(place, failure));
            }
            isAway = true;
        }
    }

    private void noteHere() {
        synchronized (lock) {
            if (isAway) {
                log.info("media can be kept again in {}", place.place());
            }
            isAway = false;
        }
    }

    @Override
    public void close() {
        worker.close();
        client.close();
    }
}
