// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How messages become a prompt: the folder's Jinja template, wherever it is; nothing of it is run here. */
final class ChatTemplate {
    static final String FILE = "chat_template.jinja";

    private ChatTemplate() {}

    /** Takes it into the bundle; of a model that has none, one that only joins the messages. */
    static void take(SourceFolder source, @Nullable Path asked, Tokens tokens, BundleDraft draft, ImportReport report) {
        if (asked != null) {
            if (!Files.isRegularFile(asked)) {
                throw new BundleException("--template %s: no such file".formatted(asked));
            }
            draft.write(FILE, checked(asked.toString(), SourceFolder.text(asked)));
            report.did("chat template from %s".formatted(asked));
            return;
        }
        var own = source.file(FILE);
        if (own.isPresent()) {
            checked(FILE, SourceFolder.text(own.get()));
            draft.take(own.get(), FILE);
            report.did("chat template from %s".formatted(FILE));
            return;
        }
        var file = source.json("chat_template.json").flatMap(keys -> keys.text("chat_template"));
        if (file.isPresent()) {
            draft.write(FILE, checked("chat_template.json", file.get()));
            report.did("chat template from chat_template.json");
            return;
        }
        var config = ofConfig(tokens.config(), report);
        if (config.isPresent()) {
            draft.write(FILE, checked("tokenizer_config.json", config.get()));
            report.did("chat template from tokenizer_config.json");
            return;
        }
        draft.write(FILE, tokens.begin().map(ChatTemplate::text).orElse("")
                + "{% for message in messages %}{{ message['content'] }}{% endfor %}");
        report.unknown(
                "how this model wants messages, so that a template that only joins them is written (--template FILE says it; a base model has none)");
    }

    /** The key is one template, or several with names of which transformers takes {@code default}. */
    private static Optional<String> ofConfig(JsonKeys config, ImportReport report) {
        var node = config.json().path("chat_template");
        if (!node.isArray()) {
            return config.text("chat_template");
        }
        var others = new ArrayList<String>();
        Optional<String> found = Optional.empty();
        for (var element : node) {
            var name = element.path("name");
            var template = element.path("template");
            if (!name.isTextual() || !template.isTextual()) {
                throw config.wrong("chat_template", element, "an object with name and template");
            }
            if (name.textValue().equals("default")) {
                found = Optional.of(template.textValue());
            } else {
                others.add(name.textValue());
            }
        }
        if (found.isEmpty() && node.size() == 1) {
            return Optional.of(node.get(0).path("template").textValue());
        }
        if (found.isEmpty() && !others.isEmpty()) {
            throw new BundleException(
                    "%s: chat_template: %s (expected: one named 'default', or --template FILE)".formatted(
                            config.where(),
                            others));
        }
        if (!others.isEmpty()) {
            report.did("of several chat templates 'default' is taken, not %s".formatted(String.join(", ", others)));
        }
        return found;
    }

    private static String checked(String where, String text) {
        if (text.isBlank()) {
            throw new BundleException(where + ": an empty chat template");
        }
        return text;
    }

    /** A text as Jinja's string. */
    private static String text(String text) {
        return "{{ '" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "' }}";
    }
}
