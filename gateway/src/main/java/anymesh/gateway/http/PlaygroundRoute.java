// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.util.List;

/** The playground: a page at {@code /} and its files below {@code /playground/}. */
final class PlaygroundRoute {
    private static final String FOLDER = "/anymesh/gateway/playground";
    private static final String LABEL = "playground";

    /** All that there are: a folder in a jar can't be listed by its name. */
    private static final List<String> NAMES = List.of(
            "answer.js", "api.js", "attachments.js", "bell.png", "bell.wav", "chat-view.js", "chat.css",
            "code-view.js", "composer.css", "composer.js", "conversation.js", "dom.js", "examples.js",
            "follow-ups.js", "format.js", "hops-table.js", "index.html", "main.js", "mark.svg", "media.js",
            "mesh-activity.js", "mesh-drawing.js", "mesh-layout.js", "mesh-panel.js", "mesh.css", "page.css",
            "panel.css", "part-view.js", "parts.css", "problem-view.js", "recorder.js", "request.js",
            "routes-list.js", "settings.js", "snippet-curl.js", "snippet-java.js", "snippet-python.js",
            "sound-player.js", "sse.js", "tabs.js", "theme.js", "thumbnail.js", "tokens.css", "wav.js",
            "waveform.js");

    /** Pictures, sounds and films are shown as they came, in data URLs; nothing is loaded from anywhere else. */
    private static final List<String> POLICY = List.of("default-src 'none'", "script-src 'self'",
            "style-src 'self'", "connect-src 'self'", "img-src 'self' data: blob:", "media-src data: blob:",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private PlaygroundRoute() {}

    /** The rows that serve it. */
    static List<Route> all() {
        var files = new PageFiles(NAMES.stream().map(name -> PageFile.read(FOLDER, name)).toList(), POLICY);
        return List.of(files.at("/", "index.html", LABEL), files.below("/playground/", LABEL));
    }
}
