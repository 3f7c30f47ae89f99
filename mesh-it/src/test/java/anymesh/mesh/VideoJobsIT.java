// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.kit.registry.InMemoryStageRegistry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.cli.EmbeddedMesh;
import anymesh.kit.testing.TestingPostgres;
import anymesh.kit.testing.TestingS3;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Video jobs of three gateways that have a PostgreSQL and an S3 in common, and nothing else, and are killed. */
final class VideoJobsIT {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int AT_ONCE = 6;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private TestingPostgres postgres;
    private TestingS3 s3;
    private String uri;
    private EmbeddedMesh mesh;
    private final List<GatewayProcess> gateways = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        postgres = TestingPostgres.start();
        uri = postgres.newDatabase();
        s3 = TestingS3.start();
        mesh = EmbeddedMesh.startOnPorts(Python.ROOT, new InMemoryStageRegistry());
        var password = Files.writeString(folder.resolve("password"), TestingPostgres.PASSWORD);
        var environment = new HashMap<>(endpoints());
        environment.putAll(Map.of("ANYMESH_JOBS_KIND", "POSTGRES", "ANYMESH_JOBS_POSTGRES_URI", uri,
                "ANYMESH_JOBS_POSTGRES_USER", TestingPostgres.USER, "ANYMESH_JOBS_POSTGRES_PASSWORDFILE",
                password.toString(), "ANYMESH_JOBS_LEASE", "PT3S", "ANYMESH_LAMEDUCK", "PT0S"));
        environment.putAll(Map.of("ANYMESH_JOBS_MEDIA_KIND", "S3", "ANYMESH_JOBS_MEDIA_S3_ENDPOINT", s3.endpoint(),
                "ANYMESH_JOBS_MEDIA_S3_BUCKET", TestingS3.BUCKET, "ANYMESH_JOBS_MEDIA_S3_PATHSTYLE", "true",
                "AWS_ACCESS_KEY_ID", TestingS3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", TestingS3.SECRET_KEY));
        for (int i = 0; i < 3; i++) { // at once: all of them make the tables
            gateways.add(new GatewayProcess(environment, folder.resolve("gateway-" + i + ".log")));
        }
        gateways.forEach(GatewayProcess::awaitReady);
    }

    private Map<String, String> endpoints() {
        return mesh.registry().snapshot().stream().collect(Collectors.groupingBy(
                instance -> "ANYMESH_ENDPOINTS_"
                        + instance.service().replace("-", "").toUpperCase(java.util.Locale.ROOT),
                Collectors.mapping(instance -> instance.host() + ":" + instance.grpcPort(), Collectors.joining(","))));
    }

    @AfterEach
    void end() {
        for (var gateway : gateways) {
            gateway.close();
        }
        if (mesh != null) {
            mesh.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        if (s3 != null) {
            s3.close();
        }
        http.close();
    }

    private record Reply(int status, byte[] body) {
        JsonNode json() throws IOException {
            return MeshClient.JSON.readTree(body);
        }
    }

    private Reply send(GatewayProcess gateway, HttpRequest.Builder request, String path)
            throws IOException, InterruptedException {
        var reply = http.send(request.uri(URI.create(gateway.url() + path)).timeout(Duration.ofMinutes(1)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return new Reply(reply.statusCode(), reply.body());
    }

    private Reply get(GatewayProcess gateway, String path) throws IOException, InterruptedException {
        return send(gateway, HttpRequest.newBuilder().GET(), path);
    }

    private static HttpRequest.Builder creation(String body) {
        return HttpRequest.newBuilder().header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String body(int seed) {
        return "{\"model\":\"toyworld\",\"prompt\":\"film a red bell flying left\",\"seed\":" + seed + "}";
    }

    /** The process that runs a job, as it says of itself; 0 if none does. */
    private long workerOf(String id) {
        try (var connection = DriverManager.getConnection("jdbc:" + uri, TestingPostgres.USER,
                TestingPostgres.PASSWORD);
                var query = connection.prepareStatement("SELECT worker FROM video_job WHERE id = ?")) {
            query.setString(1, id);
            var rows = query.executeQuery();
            var worker = rows.next() ? rows.getString(1) : null;
            return worker == null ? 0 : Long.parseLong(worker.split("-", 3)[1]);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void createdAtOneThatIsKilledPolledAtAnotherDownloadedAtTheThird() throws Exception {
        var a = gateways.get(0);
        var b = gateways.get(1);
        var c = gateways.get(2);
        String id;
        int seed = 0;
        do { // whoever creates it looks first, but another may be faster
            id = send(a, creation(body(seed++)), "/v1/videos").json().path("id").asText();
            var created = id;
            await().until(() -> workerOf(created) != 0 || status(b, created).equals("completed"));
        } while (workerOf(id) != a.pid());
        a.kill();
        var job = id;
        assertThat(status(b, job)).isIn("in_progress", "queued");
        await().until(() -> status(b, job).equals("completed"));
        var film = get(c, "/v1/videos/" + job + "/content");
        assertThat(film.status()).isEqualTo(200);
        assertThat(new String(film.body(), 4, 4, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("ftyp");
        assertThat(get(c, "/v1/videos/" + job + "/content?variant=spritesheet").status()).isEqualTo(200);
    }

    private String status(GatewayProcess gateway, String id) throws IOException, InterruptedException {
        return get(gateway, "/v1/videos/" + id).json().path("status").asText();
    }

    @Test
    void noJobIsLostAndNoneIsMadeTwiceWhereverGatewaysAreKilled() throws Exception {
        int count = Integer.getInteger("anymesh.jobs", 40);
        long seed = Long.getLong("anymesh.jobs.seed", System.nanoTime());
        System.out.printf("VideoJobsIT: %d jobs, -Danymesh.jobs.seed=%d%n", count, seed);
        var ended = new AtomicBoolean();
        var kills = new Kills(new Random(seed), ended);
        long start = System.nanoTime();
        Map<Integer, String> ids = new ConcurrentHashMap<>();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE + 1)) {
            var killing = threads.submit(kills);
            var next = new AtomicInteger();
            var asking = new ArrayList<Future<?>>();
            for (int i = 0; i < AT_ONCE; i++) {
                var random = new Random(seed + 1 + i);
                asking.add(threads.submit(() -> {
                    for (int job = next.getAndIncrement(); job < count; job = next.getAndIncrement()) {
                        var id = make(job, random);
                        ids.put(job, id);
                        awaitCompleted(id, random);
                    }
                    return null;
                }));
            }
            try {
                for (var one : asking) {
                    one.get();
                }
            } finally {
                ended.set(true);
            }
            killing.get();
        }
        gateways.forEach(GatewayProcess::awaitReady);
        var listed = listed();
        System.out.printf("VideoJobsIT: %d jobs in %d s, %d kills, %d of them between a film and its commit; "
                + "%d attempts%n", count, Duration.ofNanos(System.nanoTime() - start).toSeconds(), kills.all.get(),
                kills.betweenFilmAndCommit.get(), attempts());
        assertThat(new HashSet<>(ids.values())).as("a job each").hasSize(count);
        assertThat(listed).as("and no others").containsExactlyInAnyOrderElementsOf(ids.values());
        for (var job : ids.entrySet()) {
            var film = get(gateways.get(job.getKey() % 3), "/v1/videos/" + job.getValue() + "/content");
            assertThat(film.status()).isEqualTo(200);
            assertThat(film.body().length).isPositive();
        }
        assertThat(kills.all.get()).isPositive();
        assertThat(kills.betweenFilmAndCommit.get()).isPositive();
    }

    /** As a client that tries again: half of them name their request, half are OpenAI's. */
    private String make(int job, Random random) throws InterruptedException {
        for (int retry = 0;; retry++) {
            try {
                var request = creation(body(job));
                if (job % 2 == 0) {
                    request.header("idempotency-key", "job " + job);
                } else {
                    request.header("x-stainless-retry-count", String.valueOf(retry));
                }
                var reply = send(any(random), request, "/v1/videos");
                if (reply.status() == 200) {
                    return reply.json().path("id").asText();
                }
                assertThat(reply.status()).as(new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8))
                        .isEqualTo(503);
            } catch (IOException e) {
                // Killed, or not there yet.
            }
            Thread.sleep(100); // as clients do before they try again
        }
    }

    private void awaitCompleted(String id, Random random) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(200)).until(() -> {
            try {
                var reply = get(any(random), "/v1/videos/" + id);
                var status = reply.json().path("status").asText();
                assertThat(status).as(reply.json().toString()).isNotEqualTo("failed");
                assertThat(reply.status()).as(reply.json().toString()).isIn(200, 503);
                return status.equals("completed");
            } catch (IOException e) {
                return false;
            }
        });
    }

    private GatewayProcess any(Random random) {
        return gateways.get(random.nextInt(gateways.size()));
    }

    private List<String> listed() throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        JsonNode page;
        do {
            page = get(gateways.get(ids.size() % 3), "/v1/videos?limit=15"
                    + (ids.isEmpty() ? "" : "&after=" + ids.getLast())).json();
            ids.addAll(page.path("data").findValuesAsText("id"));
        } while (page.path("has_more").asBoolean());
        return ids;
    }

    private long attempts() throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:" + uri, TestingPostgres.USER,
                TestingPostgres.PASSWORD);
                var rows = connection.createStatement().executeQuery("SELECT sum(attempt) FROM video_job")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Kills a gateway at a random moment, or one that has just stored a film, and starts it again. */
    private final class Kills implements Runnable {
        final AtomicInteger all = new AtomicInteger();
        final AtomicInteger betweenFilmAndCommit = new AtomicInteger();
        private final Random random;
        private final AtomicBoolean ended;
        private final Map<String, Boolean> seen = Collections.synchronizedMap(new HashMap<>());

        Kills(Random random, AtomicBoolean ended) {
            this.random = random;
            this.ended = ended;
        }

        @Override
        public void run() {
            try {
                while (!ended.get()) {
                    Thread.sleep(random.nextInt(4_000));
                    var victim = random.nextBoolean() ? any(random) : whoeverStoresAFilm();
                    if (victim != null && !ended.get()) {
                        victim.kill();
                        all.incrementAndGet();
                        Thread.sleep(random.nextInt(1_000));
                        victim.start();
                        victim.awaitReady(); // else, on a slow machine, nobody ever lives long enough to make a film
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        /** Waits for the next film in the store; null if its job is done already, or none comes. */
        private GatewayProcess whoeverStoresAFilm() throws IOException, InterruptedException {
            films();
            for (int i = 0; i < 2_000 && !ended.get(); i++) {
                for (var film : films()) {
                    long worker = workerOf(film);
                    var found = gateways.stream().filter(gateway -> gateway.pid() == worker).findFirst();
                    if (found.isPresent()) {
                        betweenFilmAndCommit.incrementAndGet();
                        return found.get();
                    }
                }
                Thread.sleep(5);
            }
            return null;
        }

        /** The jobs of films that were not there before. */
        private List<String> films() throws IOException {
            var media = s3.bucket().resolve("anymesh");
            if (!Files.isDirectory(media)) {
                return List.of();
            }
            try (var files = Files.walk(media, 2)) {
                return files.filter(file -> file.getFileName().toString().endsWith("-video.mp4"))
                        .filter(file -> seen.put(file.toString(), true) == null)
                        .map(file -> file.getParent().getFileName().toString()).toList();
            } catch (java.io.UncheckedIOException _) {
                return List.of(); // one was deleted meanwhile
            }
        }
    }
}
