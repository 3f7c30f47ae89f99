// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldRulesTest {
    private static final String TOOL = "[{'type':'function','function':{'name':'f'}}]";

    private static Fields body(String fields) {
        var json = ("{" + fields.replace("TOOL", TOOL) + "}").replace('\'', '"');
        return Json.read(BodyBytes.of(json.getBytes(StandardCharsets.UTF_8)), Room.UNBOUNDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"",
        "'n':1,'presence_penalty':0,'frequency_penalty':0.0,'logit_bias':{},'logprobs':false,'top_logprobs':0",
        "'n':null,'logit_bias':null,'response_format':null,'tools':null,'tool_choice':null,'logprobs':null,'web_search_options':null",
        "'response_format':{'type':'text'},'verbosity':'medium'", "'tools':[],'functions':[]", "'tool_choice':'auto'",
        "'tools':TOOL", "'tools':TOOL,'tool_choice':'auto'", "'functions':TOOL",
        "'functions':TOOL,'function_call':'auto'",
        "'tools':TOOL,'tool_choice':'none'", "'functions':TOOL,'function_call':'none'",
        "'user':'u','metadata':{'a':'b'},'store':true,'service_tier':'flex','safety_identifier':'s','prompt_cache_key':'k'",
        "'reasoning_effort':'low','parallel_tool_calls':true,'prediction':{'type':'content','content':'a'}",
        "'top_k':20,'min_p':0,'repetition_penalty':1.05,'chat_template_kwargs':{'enable_thinking':false}"})
    void whatChangesNothingIsTaken(String fields) {
        assertThatCode(() -> FieldRules.chat().check(body(fields))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'presence_penalty':0.5|presence_penalty",
        "'frequency_penalty':-1|frequency_penalty", "'frequency_penalty':'0'|frequency_penalty",
        "'logit_bias':{'50':1}|logit_bias",
        "'functions':TOOL,'function_call':{'name':'f'}|function_call",
        "'web_search_options':{}|web_search_options", "'verbosity':'low'|verbosity", "'guided_json':{}|guided_json",
        "'structured_outputs':{'regex':'a'}|structured_outputs"})
    void whatWouldHaveToChangeTheAnswerIsRefusedByItsName(String fields, String param) {
        assertThatThrownBy(() -> FieldRules.chat().check(body(fields))).isInstanceOfSatisfying(InvalidInput.class,
                e -> {
                    assertThat(e.param()).isEqualTo(param);
                    assertThat(e).hasMessageStartingWith("Invalid '" + param + "': ");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'response_format':'b64_json','output_format':'png','output_compression':100",
        "'response_format':'url'",
        "'background':'auto','moderation':'low','quality':'auto','user':'u'", "'quality':'hd','style':'vivid'",
        "'background':'opaque','quality':null,'style':null,'stream':false,'partial_images':0"})
    void picturesAreTakenAsTheyAreMade(String fields) {
        assertThatCode(() -> FieldRules.images().check(body(fields))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'response_format':'file'|response_format",
        "'background':'transparent'|background", "'quality':'best'|quality", "'quality':7|quality",
        "'style':'natural'|style",
        "'negative_prompt':'a cat'|negative_prompt"})
    void picturesOfAnotherKindAreRefused(String fields, String param) {
        assertThatThrownBy(() -> FieldRules.images().check(body(fields))).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo(param));
    }
}
