// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import anymesh.wire.error.InvalidInput;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    private static final List<Map<String, Object>> HELLO = List.of(Map.of("role", "user", "content", "hello"));

    static List<GoldenTemplates.Case> publishedTemplates() {
        return new GoldenTemplates(folder()).cases();
    }

    static List<GoldenTemplates.Case> expressions() {
        return new GoldenTemplates(folder()).expressions();
    }

    @ParameterizedTest
    @MethodSource({"publishedTemplates", "expressions"})
    void whatIsWrittenIsWhatTransformersWrites(GoldenTemplates.Case one) {
        if (one.isFault()) {
            assertThat(one.rendered()).startsWith("fault: "); // Python says it otherwise
        } else {
            assertThat(one.rendered()).isEqualTo(one.wanted());
        }
    }

    @Test
    void templatesOwnRefusalIsTheCallers() {
        var template = ChatTemplate.compile("{{ raise_exception('Conversation roles must alternate') }}", Map.of());

        assertThatThrownBy(() -> template.render(HELLO, null, true)).isInstanceOfSatisfying(InvalidInput.class, e -> {
            assertThat(e.getMessage()).isEqualTo("Conversation roles must alternate");
            assertThat(e.param()).isEqualTo("messages");
        });
    }

    @Test
    void faultNamesItsLine() {
        assertThatThrownBy(() -> ChatTemplate.compile("a\nb\n{% if x %}\n{{ 1 + }}{% endif %}", Map.of()))
                .isInstanceOf(BundleException.class).hasMessageContaining("line 4: unexpected '}}'");
        var template = ChatTemplate.compile("a\n\n{{ messages[0].content.nothing.at_all }}", Map.of());
        assertThatThrownBy(() -> template.render(HELLO, null, true)).isInstanceOf(BundleException.class)
                .hasMessageContaining("line 3: str object has no attribute 'nothing'");
    }

    /** Each would take an hour, or all of the memory, or the stack; on a stack of half a megabyte each ends. */
    @ParameterizedTest
    @ValueSource(strings = {
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% for x in [1] %}{% if x %}{{ [f()]|join }}{% endif %}{% endfor %}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='aa') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('a', 'aa') %}{% endfor %}",
        "{% set ns = namespace(s='aa') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('', ns.s) %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
        "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s|tojson(indent=64) }}",
        "{% set ns = namespace(a=1, b=1) %}{% for i in range(9999) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
        "{% set ns = namespace(s=['a']) %}{% for i in range(9999) %}{% set ns.s = ns.s|map('upper') %}{% endfor %}{{ ns.s|list }}",
        "{% set ns = namespace(s=['a']) %}{% for i in range(99) %}{% set ns.s = ns.s|map('list') %}{% set ns.s = ns.s|list + ns.s|list + range(9999)|list %}{% endfor %}{{ ns.s|list }}{% for a in range(9999) %}{{ ns.s|length }}{{ ns.s|string }}{% endfor %}",
        "{{ 'x' * 9999999999 }}", "{{ [1] * 9999999999 }}", "{{ 9223372036854775807 * 2 }}", "{{ 2 ** 9999 ** 9 }}",
        "{{ 'a'.center(999999999) }}", "{{ 'a'.zfill(999999999) }}", "{{ 'a'.ljust(99999999999999999999) }}",
        "{{ '%999999999d' % 1 }}", "{{ '{:>999999999}'.format(1) }}", "{{ 'a'|center(999999999) }}",
        "{{ ('a\n' * 999999)|indent(9999) }}", "{{ range(100000)|join('x' * 9999) }}", "{{ range(99999999) }}",
        "{{ range(9223372036854775806, 9223372036854775807, 9223372036854775807)|list + range(100001) }}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{% set x = (s ~ 'b') in (s ~ s) %}{% endfor %}",
        "{% set s = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = s[1:] %}{% endfor %}",
        "{% set s = 'a ' * 9000000 %}{% for i in range(99999) %}{% set x = s.split() %}{% endfor %}",
        "{% set s = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = s|list %}{% endfor %}",
        "{% set s = 'a' * 900000 %}{% for i in range(99999) %}{% set x = s|upper %}{% endfor %}",
        "{% set s = ' ' * 900000 %}{% for i in range(99999) %}{% set x = s.strip() %}{% endfor %}",
        "{% set s = '\uFFEE' * 9000000 %}{% for i in range(99999) %}{% set x = s|length %}{% endfor %}",
        "{% set s = '\uFFEE' * 9000000 %}{% for i in range(99999) %}{% set x = s[8999999] %}{% endfor %}",
    })
    void hostileTemplateEndsWithASentence(String source) throws Exception {
        assertThatThrownBy(() -> onASmallStack(() -> ChatTemplate.compile(source, Map.of()).render(HELLO, null, true)))
                .hasCauseInstanceOf(BundleException.class).hasMessageContaining("chat template, line ");
    }

    /** What nests more than any template is refused when it is read. */
    @Test
    void depthOfASourceIsBounded() {
        var sources = List.of("(".repeat(5000) + "1" + ")".repeat(5000), "[".repeat(5000) + "]".repeat(5000),
                "not ".repeat(5000) + "1", "- ".repeat(5000) + "1", "a if b else ".repeat(5000) + "c",
                "x[".repeat(5000) + "1" + "]".repeat(5000), "f(".repeat(5000) + ")".repeat(5000),
                "1 is eq " + "[".repeat(5000) + "]".repeat(5000), "{1:".repeat(5000) + "1" + "}".repeat(5000));
        for (var expression : sources) {
            assertThatThrownBy(() -> onASmallStack(() -> ChatTemplate.compile("{{ " + expression + " }}", Map.of())))
                    .hasCauseInstanceOf(BundleException.class).hasMessageContaining("deep");
        }
        for (var block : List.of("{% if a %}", "{% for a in b %}", "{% macro f() %}", "{% set x %}",
                "{% call f() %}")) {
            assertThatThrownBy(() -> onASmallStack(() -> ChatTemplate.compile(block.repeat(5000), Map.of())))
                    .hasCauseInstanceOf(BundleException.class).hasMessageContaining("deep");
        }
    }

    /** A sum of many parts is a tree as deep as it is long. */
    @Test
    void lengthOfASumIsBounded() {
        var template = ChatTemplate.compile("{{ 1" + " + 1".repeat(5000) + " }}", Map.of());

        assertThatThrownBy(() -> onASmallStack(() -> template.render(HELLO, null, true)))
                .hasCauseInstanceOf(BundleException.class).hasMessageContaining("deep");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            {{ messages.getClass() }} => getClass
            {{ messages[0].getClass().forName('x') }} => getClass
            {{ ''.__class__.__mro__[1] }} => __class__
            {{ range.__globals__['x'] }} => __globals__
            {{ (namespace()).fields.put('a', 1) }} => fields
            {% include '/etc/passwd' %} => include
            {% import 'os' as os %} => import
            {{ messages.append(1) }} => append
            {% set x = messages[0].update(role='x') %} => update
            {% set messages[0].role = 'x' %} => unexpected
            """)
    void nothingIsReachedButTheValues(String source, String named) {
        assertThatThrownBy(() -> ChatTemplate.compile(source, Map.of()).render(HELLO, null, true))
                .isInstanceOf(BundleException.class).hasMessageContaining(named);
    }

    /** The caller's characters are told from the template's through whatever it does to them. */
    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            <{{ c }}> => <*********>
            {{ c[1:] + '!' + c[:2] }} => ********!**
            {{ c.split('-')|join('-') }} => ****-****
            {{ c.replace('-', '+') }} => ****+****
            {{ c|upper ~ 'x' }} => *********x
            {{ c[::-1] }} => *********
            {{ c|tojson }} => "*********"
            {{ [c, 1] }} => ['*********', 1]
            {{ '%s|{}' % c }} => *********|{}
            {{ 'a{}b'.format(c) }} => a*********b
            {{ c.partition('-')[2].strip('h') }} => ***
            {{ c.center(11, '.') }} => .*********.
            {{ (c|safe) + '<' }} => *********&lt;
            {% set x %}a{{ c }}{% endset %}{{ x|indent }} => a*********
            {% for i in c %}{{ i }}.{% endfor %} => *.*.*.*.*.*.*.*.*.
            {{ messages[0].role }}{{ c == 'abcd-efgh' }} => userTrue
            """)
    void charactersStayWhoseTheyAre(String source, String wanted) {
        var template = ChatTemplate.compile("{%- set c = messages[0].content %}" + source, Map.of());

        var written = template.render(
                List.of(Map.of("role", "user", "content", Text.foreign("abcd-efgh"))), null, true);

        var masked = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            masked.append(written.isForeignAt(i) ? '*' : written.value().charAt(i));
        }
        assertThat(masked).hasToString(wanted);
    }

    @Test
    void oneTemplateServesManyThreads() throws Exception {
        var template = ChatTemplate.compile(
                "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + m.content|length %}{% endfor %}"
                        + "{{ ns.n }}",
                Map.of());
        var tasks = new ArrayList<Callable<String>>();
        for (int i = 0; i < 200; i++) {
            var text = "x".repeat(i);
            tasks.add(() -> template.render(List.of(Map.of("role", "user", "content", text)), null, true).value());
        }
        try (var threads = Executors.newFixedThreadPool(4)) {
            var written = threads.invokeAll(tasks);
            for (int i = 0; i < 200; i++) {
                assertThat(written.get(i).get()).isEqualTo(String.valueOf(i));
            }
        }
    }

    private static <T> T onASmallStack(Callable<T> task) throws ExecutionException, InterruptedException {
        try (var thread = Executors.newSingleThreadExecutor(run -> new Thread(null, run, "small", 512 << 10))) {
            return thread.submit(task).get();
        }
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(ChatTemplateTest.class.getResource("/chat-templates")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
