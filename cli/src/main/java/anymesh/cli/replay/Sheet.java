// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.gateway.recording.RecordedInput;
import anymesh.v1.GeneratedMedia;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A replay as one HTML file with everything in it, a row a recording. It runs no scripts and loads nothing: the words in it are
 * those of strangers.
 */
final class Sheet {
    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:">
            <meta name="viewport" content="width=device-width"><title>TITLE</title>
            <style>
            body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff }
            h1 { font-size: 1.3rem } .small { color: #666; font-size: .85rem; overflow-wrap: anywhere }
            table { border-collapse: collapse } th { text-align: left }
            th, td { padding: .5rem .8rem; border-bottom: 1px solid #ddd; vertical-align: top }
            td.words { max-width: 22rem; white-space: pre-wrap; overflow-wrap: anywhere }
            img, video { display: block; width: 192px; background: #eee } img { image-rendering: pixelated }
            .refused { color: #a00; max-width: 16rem; display: block; overflow-wrap: anywhere }
            thead th { position: sticky; top: 0; background: #fff }
            </style></head><body>
            <h1>TITLE</h1>
            """;

    private final Writer out;

    private Sheet(Writer out) {
        this.out = out;
    }

    /** Replaces the file when all is written; only its owner may read it. */
    static void write(Summary summary, Path file) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var out = Channels.newWriter(Files.newByteChannel(next, Set.of(StandardOpenOption.WRITE)),
                StandardCharsets.UTF_8)) {
            new Sheet(out).write(summary);
        }
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void write(Summary summary) throws IOException {
        var title = summary.tallies().stream().map(Tally::name).collect(Collectors.joining(" beside "));
        out.write(HEAD.replace("TITLE", escape(title)));
        out.write("<p>%s</p>\n<table><tr><th>bundle<th>made<th>refused<th>median</tr>\n".formatted(
                escape(summary.what())));
        for (var tally : summary.tallies()) {
            out.write("<tr><td>%s<div class=\"small\">%s</div><td>%d<td>%d<td>%s</tr>\n".formatted(
                    escape(tally.name()), escape(tally.bundle().bundle().toString()), tally.made(), tally.refused(),
                    tally.median()));
        }
        out.write("</table>\n<p>%s</p>\n<table><thead><tr><th><th>asked for".formatted(escape(summary.ratio())));
        for (var tally : summary.tallies()) {
            out.write("<th>" + escape(tally.name()));
        }
        out.write("</tr></thead><tbody>\n");
        int number = 0;
        for (var row : summary.rows()) {
            row(++number, row.input(), row.outcomes());
        }
        out.write("</tbody></table>\n</body></html>\n");
    }

    private void row(int number, RecordedInput input, List<Outcome> outcomes) throws IOException {
        out.write("<tr><td>%d<td class=\"words\">%s<div class=\"small\">%s</div>".formatted(number,
                escape(input.words()), escape(options(input))));
        for (var outcome : outcomes) {
            switch (outcome) {
                case Outcome.Made(var media, var seconds) ->
                    out.write("<td>%s<div class=\"small\">%s</div>".formatted(medium(media), Tally.seconds(seconds)));
                case Outcome.Refused(var why) ->
                    out.write("<td><span class=\"refused\">%s</span>".formatted(escape(why)));
            }
        }
        out.write("</tr>\n");
    }

    private static String options(RecordedInput input) {
        var request = input.request();
        var text = new StringBuilder("seed ").append(Long.toUnsignedString(request.getSeed()));
        if (request.hasNumInferenceSteps()) {
            text.append(", ").append(request.getNumInferenceSteps()).append(" steps");
        }
        if (request.hasGuidanceScale()) {
            text.append(", guidance ").append(request.getGuidanceScale());
        }
        if (!request.getSize().isEmpty()) {
            text.append(", ").append(request.getSize());
        }
        return text.append("\n%s, %s".formatted(input.at().truncatedTo(ChronoUnit.SECONDS), input.requestId()))
                .toString();
    }

    private static String medium(GeneratedMedia media) {
        var type = media.getMimeType();
        var data = "data:%s;base64,%s".formatted(escape(type),
                Base64.getEncoder().encodeToString(media.getData().toByteArray()));
        return switch (type.substring(0, Math.max(0, type.indexOf('/')))) {
            case "audio" -> "<audio controls src=\"%s\"></audio>".formatted(data);
            case "video" -> "<video controls loop muted src=\"%s\"></video>".formatted(data);
            default -> "<img alt=\"\" src=\"%s\">".formatted(data);
        };
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
