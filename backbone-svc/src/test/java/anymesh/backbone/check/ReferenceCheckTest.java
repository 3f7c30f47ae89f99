// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.ServedBackbone;
import anymesh.backbone.TinyBackbone;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.BundleException;
import anymesh.v1.FinishReason;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.v1.TokenLogprob;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service whose bundle says what it has to answer, which it does or does not. */
class ReferenceCheckTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> QUESTIONS = List.of("hi", "what is up?", "tell me something long, please");
    private static final int TOKENS = 12;
    private static List<Map<String, Object>> samples;

    @TempDir
    private Path folder;

    @BeforeAll
    static void ask() {
        samples = new ArrayList<>();
        try (var backbone = ServedBackbone.start(TinyBackbone.directory(), new BatchPolicy(8, 4))) {
            for (var question : QUESTIONS) {
                var answer = backbone.send(ServedBackbone.ask(question).addModalities(Modality.TEXT)
                        .setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(TOKENS).setTopLogprobs(0)));
                assertThat(answer.finished().getReason()).isEqualTo(FinishReason.LENGTH);
                samples.add(Map.of("messages", List.of(Map.of("role", "user", "content", question)),
                        "tokens", answer.tokens(), "finish", "length",
                        "logprobs",
                        answer.logprobs(Integer.MAX_VALUE).stream().map(TokenLogprob::getLogprob).toList()));
            }
        }
    }

    @Test
    void whatAnswersAsItsReferenceServes() throws Exception {
        ServedBackbone.start(bundle(reference()), new BatchPolicy(8, 4)).close();
    }

    @Test
    void anotherTokenKeepsItFromServing() throws Exception {
        var reference = reference();
        var tokens = reference.withArray("/samples/1/tokens");
        tokens.set(3, tokens.get(3).intValue() == 'q' ? 'r' : 'q');
        assertRefused(reference, "the answer to \"what is up?\": token 3 is ");
    }

    @Test
    void anotherProbabilityKeepsItFromServing() throws Exception {
        var reference = reference();
        var logprobs = reference.withArray("/samples/2/logprobs");
        logprobs.set(0, logprobs.get(0).floatValue() - 0.1f);
        assertRefused(reference, "log probabilities are off by up to 0.1");
        reference.put("tolerance", 0.2f);
        ServedBackbone.start(bundle(reference), new BatchPolicy(8, 4)).close();
    }

    @Test
    void anotherPromptKeepsItFromServing() throws Exception {
        var reference = reference();
        ((ObjectNode) reference.at("/samples/0")).putArray("prompt_tokens").add(1).add(2);
        assertRefused(reference, "the prompt of \"hi\" has 6 tokens where the reference has 2; they part at ");
    }

    @Test
    void anEarlierEndKeepsItFromServing() throws Exception {
        var reference = reference();
        ((ObjectNode) reference.at("/samples/0")).put("finish", "stop");
        assertRefused(reference, " not ended, where the reference has ");
    }

    @Test
    void whatIsNoReferenceIsRefused() throws Exception {
        assertRefused(JSON.createObjectNode().put("reference", "nobody"), "check.json: needs a reference and samples");
    }

    @Test
    void questionsOfItsOwnThatASmallContextCannotHoldAreNotAsked() throws Exception {
        TinyBackbone.copyWith(folder, "genai_config.json", "\"context_length\": 160", "\"context_length\": 40");
        try (var backbone = ServedBackbone.start(folder, new BatchPolicy(8, 4))) {
            assertThat(backbone.send(ServedBackbone.ask("hi")).finished().getPromptTokens()).isEqualTo(6);
        }
    }

    @Test
    void whereBothAreAsLikelyNothingDiffers() {
        var top = List.of(logprob("b", -0.693f), logprob("a", -0.694f));
        var told = new Told(List.of(1), List.of(logprob("b", -0.693f).toBuilder().addAllTop(top).build()), false, 1);
        var wanted = new Reference.Sample(List.of(), List.of(), List.of(0), List.of(), "length");
        Comparison.TokenNames names = token -> ByteString.copyFromUtf8(token == 0 ? "a" : "b");
        assertThat(Comparison.of(wanted, told, 0.001f, names)).isEqualTo(new Comparison(null, true, 0));
        assertThat(Comparison.of(wanted, told, 0.0001f, names).difference())
                .isEqualTo("token 0 is 1 'b' where the reference has 0 'a'");
    }

    private static TokenLogprob logprob(String text, float logprob) {
        return TokenLogprob.newBuilder().setText(ByteString.copyFromUtf8(text)).setLogprob(logprob).build();
    }

    private static ObjectNode reference() {
        return JSON.valueToTree(Map.of("reference", "itself", "samples", samples));
    }

    private void assertRefused(ObjectNode reference, String why) throws Exception {
        var bundle = bundle(reference);
        assertThatThrownBy(() -> ServedBackbone.start(bundle, new BatchPolicy(8, 4)))
                .isInstanceOf(BundleException.class).hasMessageContaining(why);
    }

    private Path bundle(ObjectNode reference) throws Exception {
        var bundle = Files.createTempDirectory(folder, "bundle");
        try (var files = Files.list(TinyBackbone.directory())) {
            for (var file : files.toList()) {
                Files.copy(file, bundle.resolve(file.getFileName()));
            }
        }
        var check = JSON.writeValueAsBytes(reference);
        Files.write(bundle.resolve("check.json"), check);
        var manifest = (ObjectNode) JSON.readTree(bundle.resolve("manifest.json").toFile());
        ((ObjectNode) manifest.get("files")).put("check.json",
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(check)));
        JSON.writeValue(bundle.resolve("manifest.json").toFile(), manifest);
        return bundle;
    }
}
