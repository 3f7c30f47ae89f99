// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.ChatClient.Answer;
import anymesh.cli.ChatClient.Part;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer as files: {@code answer-NNN.txt} and beside it one file a medium, numbered so that nothing is overwritten. */
record AnswerFiles(String text, List<Written> parts) {

    /** A part as {@code --json} shows it: a text, or a medium's type and where it was written. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Written(String type, @Nullable String text, @Nullable String path) {}

    static AnswerFiles write(Path directory, Answer answer) throws IOException {
        Files.createDirectories(directory);
        var name = freeName(directory);
        Files.writeString(directory.resolve(name + ".txt"), answer.text() + "\n");
        var written = new ArrayList<Written>();
        int media = 0;
        for (var part : answer.parts()) {
            switch (part) {
                case Part.Text(var text) -> written.add(new Written("text", text, null));
                case Part.Media(var mimeType, var data) -> {
                    var suffix = ++media == 1 ? "" : "-" + media;
                    var file = directory.resolve(name + suffix + "." + Attachment.extension(mimeType));
                    Files.write(file, data);
                    written.add(new Written(mimeType.substring(0, mimeType.indexOf('/')), null, file.toString()));
                }
            }
        }
        return new AnswerFiles(answer.text(), written);
    }

    void print(PrintStream to) {
        for (var part : parts) {
            to.println(part.path() == null ? String.valueOf(part.text()).strip() : part.path());
        }
    }

    private static String freeName(Path directory) {
        int number = 1;
        while (Files.exists(directory.resolve("answer-%03d.txt".formatted(number)))) {
            number++;
        }
        return "answer-%03d".formatted(number);
    }
}
