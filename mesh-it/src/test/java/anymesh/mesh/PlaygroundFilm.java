// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.cli.EmbeddedMesh;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the film of the README, and is no test: {@code mvn verify -pl mesh-it -am -Dtest=NONE -Dit.test=PlaygroundFilm
 * -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false}. A bell is dropped and asked to fly, with its
 * sound; time passes as it did.
 */
final class PlaygroundFilm {
    private static final Path FILM = Python.ROOT.resolve("docs/playground.webp");
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 800;
    private static final long BETWEEN_MILLIS = 100;
    /** Bytes a second: as over a slow line, so that previews and progress are seen. */
    private static final int SLOWLY = 60_000;
    private static final String WORDS = "film it in blue, flying left, and let me hear it";

    @TempDir
    Path folder;

    private long begun;

    @Test
    void film() throws Exception {
        try (var chromium = Chromium.start();
                var mesh = EmbeddedMesh.start(Python.ROOT, 0);
                var playground = new PlaygroundPage(
                        chromium.open(mesh.url() + "/", WIDTH, HEIGHT, ColorScheme.LIGHT))) {
            var page = playground.page();
            page.waitForSelector(".mesh");
            playground.answer(1, "draw a red bell"); // has everything loaded that is loaded late
            page.click("#new");
            begun = System.nanoTime();
            shoot(page, 700);
            playground.bring("drop", "bell.png", "image/png",
                    Files.readAllBytes(Python.ROOT.resolve("models/fixtures/bell.png")));
            shoot(page, 600);
            for (int end = 3; end < WORDS.length() + 3; end += 3) {
                page.fill("#prompt", WORDS.substring(0, Math.min(end, WORDS.length())));
                shoot(page, 0);
            }
            shoot(page, 300);
            playground.receiveAtMost(SLOWLY);
            page.press("#prompt", "Enter");
            while (page.locator(".exchange:nth-child(1)[data-state=done]").count() == 0) {
                shoot(page, 0);
            }
            shoot(page, 400);
            page.locator(".exchange video").first().evaluate("film => film.play()");
            shoot(page, 2_200);
        }
        Python.run("mesh-it/src/test/python/playground_film.py", folder.toString(), FILM.toString());
    }

    /** One picture, and more for as long as is said. */
    private void shoot(Page page, long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            long at = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            var name = "%06d.png".formatted(at);
            page.screenshot(new ScreenshotOptions().setPath(folder.resolve(name)));
            page.waitForTimeout(BETWEEN_MILLIS);
        } while (System.nanoTime() < until);
    }
}
