// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.FilePayload;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The playground as a person uses it. Whatever is waited for is seen on the page. */
record PlaygroundPage(Page page) implements AutoCloseable {
    static final int ANY_SPEED = -1;

    private static final Path SHOTS = Path.of("target", "playground");

    /** Makes files of base64 and brings them as an event of the kind that a browser would send. */
    private static final String BRING = """
            ([how, name, type, base64]) => {
              const data = new DataTransfer();
              const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
              data.items.add(new File([bytes], name, { type }));
              const target = document.querySelector("#prompt");
              if (how === "paste") {
                target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
              } else {
                for (const kind of ["dragenter", "dragover", "drop"]) {
                  target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
                }
              }
            }""";

    /** Types a message and sends it by the keyboard. */
    void ask(String text) {
        page.fill("#prompt", text);
        page.waitForSelector("#send:not([disabled])");
        page.press("#prompt", "Enter");
    }

    /** The same, until the n-th answer is whole. */
    Locator answer(int number, String text) {
        ask(text);
        return ended(number, "done");
    }

    /** The n-th exchange, once it has come to this end. */
    Locator ended(int number, String state) {
        var exchange = page.locator(".exchange:nth-child(%d)[data-state=%s]".formatted(number, state));
        exchange.waitFor();
        return exchange;
    }

    /** Drops or pastes a file, and waits for its thumbnail. */
    void bring(String how, String name, String type, byte[] file) {
        page.evaluate(BRING, List.of(how, name, type, Base64.getEncoder().encodeToString(file)));
        page.locator("#tray .thumbnail", new Page.LocatorOptions().setHasText(name)).waitFor();
    }

    /** Chooses a file in the dialog. */
    void attach(String name, String type, byte[] file) {
        page.setInputFiles("#file", new FilePayload(name, type, file));
        page.locator("#tray .thumbnail", new Page.LocatorOptions().setHasText(name)).waitFor();
    }

    /** Waits until a sound or a film has been played for some time. */
    void waitUntilPlayed(String selector, double seconds) {
        page.waitForFunction("([selector, seconds]) => document.querySelector(selector).currentTime > seconds",
                List.of(selector, seconds));
    }

    /** How far each service has come in the picture of the mesh, of those that had a part. */
    @SuppressWarnings("unchecked")
    Map<String, String> lit() {
        return (Map<String, String>) page.evaluate("""
                () => Object.fromEntries([...document.querySelectorAll(".node:not([data-phase=idle])")]
                  .map((node) => [node.dataset.service, node.dataset.phase]))""");
    }

    /** So many bytes a second reach the page from now on. */
    void receiveAtMost(int bytesPerSecond) {
        var conditions = new JsonObject();
        conditions.addProperty("offline", false);
        conditions.addProperty("latency", 0);
        conditions.addProperty("downloadThroughput", bytesPerSecond);
        conditions.addProperty("uploadThroughput", ANY_SPEED);
        page.context().newCDPSession(page).send("Network.emulateNetworkConditions", conditions);
    }

    /** Notes from now on how far services and media have come; gives what it has noted. */
    @SuppressWarnings("unchecked")
    Supplier<List<String>> watch() {
        page.evaluate(
                """
                        () => {
                          window.seen = new Set();
                          new MutationObserver(() => {
                            for (const node of document.querySelectorAll(".node")) seen.add(node.dataset.service + " " + node.dataset.phase);
                            for (const note of document.querySelectorAll(".note")) seen.add(note.textContent);
                          }).observe(document.body, { subtree: true, childList: true, attributes: true });
                        }""");
        return () -> (List<String>) page.evaluate("() => [...window.seen]");
    }

    /** Kept for people to look at. */
    void shoot(String name) {
        page.evaluate("() => document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations === 1)"
                + ".forEach((one) => one.finish())");
        page.screenshot(new ScreenshotOptions().setPath(SHOTS.resolve(name + ".png")));
    }

    @Override
    public void close() {
        page.context().close();
    }
}
