// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import anymesh.gateway.keys.ApiKey;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import com.google.protobuf.ByteString;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v1/files}, and requests that name what is kept there. */
class FilesTest {
    private static final String FILES = "/v1/files";
    private static final String GIF = "GIF89a, and so on";
    private static final String SOUND = "fLaC, and so on";

    @TempDir
    Path folder;

    private final List<String> encoded = Collections.synchronizedList(new ArrayList<>());
    private TestingMesh mesh;

    @BeforeEach
    void start() {
        mesh = start(Map.of());
        // Encoders here know no real files.
        mesh.encoder = (request, call, out) -> {
            var header = request.header().toBuilder();
            for (var item : header.getItemsBuilderList()) {
                encoded.add(item.getMedia().toStringUtf8());
                item.setMedia(ByteString.copyFromUtf8("PIC"));
            }
            mesh.stages.encode(Frame.of(header.build()), call, out);
        };
    }

    private TestingMesh start(Map<String, String> changes) {
        return new TestingMesh(TestingMesh.config(changes).withJobs(VideosTest.jobs(folder, 0)), Modality.IMAGE,
                Modality.AUDIO, Modality.VIDEO);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private String upload(String bytes, String... more) {
        var fields = new ArrayList<>(List.of("purpose", "user_data", "@file", bytes));
        fields.addAll(List.of(more));
        var kept = mesh.client.postForm(FILES, fields.toArray(String[]::new));
        assertThat(kept.status()).as(kept.response().body()).isEqualTo(200);
        return kept.json().path("id").asText();
    }

    @Test
    void aFileIsKeptToldListedGivenBackAndDeleted() {
        var kept = mesh.client.postForm(FILES, "purpose", "vision", "@file", GIF).json();
        var id = kept.path("id").asText();
        assertThat(id).matches("file-[0-9a-f]{32}");
        assertThat(kept.path("object").asText()).isEqualTo("file");
        assertThat(kept.path("bytes").asInt()).isEqualTo(GIF.length());
        assertThat(kept.path("filename").asText()).isEqualTo("file");
        assertThat(kept.path("purpose").asText()).isEqualTo("vision");
        assertThat(kept.path("status").asText()).isEqualTo("processed");
        assertThat(kept.path("expires_at").isNull()).isTrue();
        assertThat(mesh.client.get(FILES + "/" + id).json()).isEqualTo(kept);
        assertThat(mesh.client.get(FILES).json().path("data")).containsExactly(kept);

        var content = mesh.client.get(FILES + "/" + id + "/content");
        assertThat(content.response().body()).isEqualTo(GIF);
        assertThat(content.header("content-type")).isEqualTo("application/octet-stream");
        assertThat(content.header("content-disposition")).isEqualTo("attachment; filename*=UTF-8''file");

        var deleted = mesh.client.send(mesh.client.request(FILES + "/" + id).DELETE().build());
        assertThat(deleted.json()).isEqualTo(TestingClient.parse(json("{'id':'" + id
                + "','object':'file','deleted':true}")));
        for (var gone : List.of(mesh.client.get(FILES + "/" + id), mesh.client.get(FILES + "/" + id + "/content"),
                mesh.client.send(mesh.client.request(FILES + "/" + id).DELETE().build()))) {
            assertThat(gone.status()).isEqualTo(404);
        }
        assertThat(mesh.client.get(FILES).json().path("data")).isEmpty();
    }

    @Test
    void aListGoesOnBehindTheLastOfAPage() {
        var sent = List.of(upload("GIF89a1"), upload("GIF89a2"), upload("GIF89a3"));
        var ids = mesh.client.get(FILES + "?order=asc").json().path("data").findValuesAsText("id");
        assertThat(ids).containsExactlyInAnyOrderElementsOf(sent);
        var first = mesh.client.get(FILES + "?order=asc&limit=2").json();
        assertThat(first.path("data").findValuesAsText("id")).isEqualTo(ids.subList(0, 2));
        assertThat(first.path("has_more").asBoolean()).isTrue();
        var second = mesh.client.get(FILES + "?order=asc&limit=2&after=" + first.path("last_id").asText()).json();
        assertThat(second.path("data").findValuesAsText("id")).isEqualTo(ids.subList(2, 3));
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(mesh.client.get(FILES).json().path("data").findValuesAsText("id")).isEqualTo(ids.reversed());
        assertThat(mesh.client.get(FILES + "?purpose=vision").json().path("data")).isEmpty();
        for (var wrong : List.of("limit=0", "order=up", "after=file-0", "purpose=batch")) {
            var refused = mesh.client.get(FILES + "?" + wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.error().path("param").asText()).isEqualTo(wrong.substring(0, wrong.indexOf('=')));
        }
    }

    @Test
    void itGoesByItselfIfThatIsAskedFor() {
        var kept = mesh.client.get(FILES + "/" + upload(GIF, "expires_after[anchor]", "created_at",
                "expires_after[seconds]", "3600")).json();
        assertThat(kept.path("expires_at").asLong() - kept.path("created_at").asLong()).isEqualTo(3600);
    }

    @ParameterizedTest
    @CsvSource({"purpose,,purpose", "purpose,batch,purpose", "expires_after[seconds],3600,expires_after[anchor]",
        "expires_after[seconds],60,expires_after[seconds]", "expires_after[anchor],now,expires_after[anchor]",
        "expires_after[anchor],created_at,expires_after[seconds]", "file,text,file"})
    void whatCannotBeKeptIsRefusedByItsField(String field, String value, String param) {
        var form = new ArrayList<>(List.of("@file", GIF));
        if (!field.equals("purpose")) {
            form.addAll(List.of("purpose", "user_data"));
        }
        if (value != null) {
            form.addAll(List.of(field, value));
        }
        var refused = mesh.client.postForm(FILES, form.toArray(String[]::new));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo(param);
        assertThat(mesh.client.get(FILES).json().path("data")).isEmpty();
    }

    private void assertEncoded(Answer answer, String... media) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(encoded).containsExactlyInAnyOrder(media);
        encoded.clear();
    }

    @Test
    void requestsNameItWhereverTheyMayBringAPicture() {
        var id = upload(GIF);
        assertEncoded(mesh.client.post(CHAT, chat("[{'type':'file','file':{'file_id':'" + id + "'}}]")), GIF);
        assertEncoded(mesh.client.post(CHAT, chat("[{'type':'image_url','image_url':{'file_id':'" + id + "'}},"
                + "{'type':'file','file':{'file_id':'" + id + "'}}]")), GIF, GIF);
        assertEncoded(mesh.client.post(RESPONSES, json("{'model':'toyworld','input':[{'role':'user','content':["
                + "{'type':'input_image','file_id':'" + id + "'}]}]}")), GIF);
    }

    @Test
    void theBytesDecideWhatAFileIs() {
        var sound = upload(SOUND);
        assertEncoded(mesh.client.post(CHAT, chat("[{'type':'file','file':{'file_id':'" + sound + "'}},"
                + "{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64,"
                + Base64.getEncoder().encodeToString(GIF.getBytes(java.nio.charset.StandardCharsets.UTF_8)) + "'}}]")),
                SOUND, GIF);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'type':'file','file':{'file_id':'file-0'}}|file.file_id|there is no file",
        "{'type':'image_url','image_url':{'file_id':'file-0'}}|image_url.file_id|there is no file",
        "{'type':'image_url','image_url':{'file_id':'f','url':'data:,a'}}|image_url.file_id|either",
        "{'type':'file','file':{'file_id':'f','file_data':'YQ=='}}|file.file_id|either",
        "{'type':'file','file':{'filename':'a.png'}}|file.file_id|Missing",
        "{'type':'file','file':{'file_data':'data:application/pdf;base64,JVBERi0xLjc='}}|file.file_data|neither a picture",
        "{'type':'file','file':{'file_id':'PDF'}}|file.file_id|neither a picture"})
    void whatIsNoMediumOfTheCallersIsRefused(String part, String param, String message) {
        var pdf = upload("%PDF-1.7 and so on");
        var refused = mesh.client.post(CHAT, chat("[" + part.replace("PDF", pdf) + "]"));
        assertThat(refused.status()).as(refused.response().body()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("messages[0].content[0]." + param);
        assertThat(refused.error().path("message").asText()).contains(message);
    }

    @Test
    void eachKeyHasItsOwn() {
        mesh.close();
        var shop = ApiKey.random();
        var lab = ApiKey.random();
        mesh = start(Map.of("ANYMESH_KEYS_HASHES", "shop=" + ApiKey.hash(shop) + ",lab=" + ApiKey.hash(lab)));
        var form = "--edge\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n--edge\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"a b.gif\"\r\n\r\n" + GIF
                + "\r\n--edge--\r\n";
        var kept = mesh.client.send(mesh.client.request(FILES).setHeader("content-type",
                "multipart/form-data; boundary=edge").header("authorization", "Bearer " + shop)
                .POST(BodyPublishers.ofString(form)).build());
        var path = FILES + "/" + kept.json().path("id").asText();
        assertThat(kept.json().path("filename").asText()).isEqualTo("a b.gif");
        assertThat(as(shop, path).status()).isEqualTo(200);
        assertThat(as(lab, path).status()).isEqualTo(404);
        assertThat(as(lab, path + "/content").status()).isEqualTo(404);
        assertThat(as(lab, FILES).json().path("data")).isEmpty();
        assertThat(mesh.client.get("/v1/media/" + path.substring(FILES.length() + 1)).status())
                .as("it is handed out to nobody").isEqualTo(404);
        var named = mesh.client.send(mesh.client.request(CHAT).header("authorization", "Bearer " + lab)
                .POST(BodyPublishers.ofString(chat("[{'type':'file','file':{'file_id':'"
                        + kept.json().path("id").asText() + "'}}]")))
                .build());
        assertThat(named.status()).isEqualTo(400);
    }

    private Answer as(String key, String path) {
        return mesh.client.send(mesh.client.request(path).header("authorization", "Bearer " + key).GET().build());
    }

    @Test
    void whereNothingIsKeptThatIsSaid() {
        try (var without = new TestingMesh()) {
            assertThat(without.client.get(FILES).error().path("message").asText()).contains("jobs.kind is NONE");
            assertThat(without.client.postForm(FILES, "purpose", "vision", "@file", GIF).status()).isEqualTo(404);
            var named = without.client.post(CHAT, chat("[{'type':'file','file':{'file_id':'f'}}]"));
            assertThat(named.status()).isEqualTo(400);
            assertThat(named.error().path("message").asText()).contains("jobs.kind is NONE");
        }
    }
}
