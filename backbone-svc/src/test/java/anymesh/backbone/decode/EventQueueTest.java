// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.tools.CallReader;
import anymesh.v1.BackboneEvent;
import anymesh.wire.Frame;
import anymesh.wire.WireMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventQueueTest {
    private final BackboneBundle bundle = BackboneBundle.load(TinyBackbone.directory());

    @AfterEach
    void close() {
        bundle.close();
    }

    @Test
    void readAlongEachTextIsAnEvent() throws InterruptedException {
        try (var memory = new WireMemory("test", 1 << 20); var queue = queue(memory, false)) {
            queue.text("a", List.of(), List.of(1));
            queue.text("b", List.of(), List.of(2));
            queue.finish();
            assertThat(all(queue)).hasSize(2);
        }
    }

    @Test
    void gatheredTextIsOneEventWithAllItsTokens() throws InterruptedException {
        try (var memory = new WireMemory("test", 1 << 20); var queue = queue(memory, true)) {
            queue.text("a", List.of(), List.of(1));
            queue.text("b", List.of(), List.of(2, 3));
            queue.finish();
            var events = all(queue);
            assertThat(events).hasSize(1);
            assertThat(events.getFirst().getText().getText()).isEqualTo("ab");
            assertThat(events.getFirst().getTokensList()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void whatIsNoTextComesAfterTheTextBeforeIt() throws InterruptedException {
        try (var memory = new WireMemory("test", 1 << 20); var queue = queue(memory, true)) {
            queue.text("a", List.of(), List.of(1));
            queue.text("b", List.of(), List.of(2));
            queue.call(new CallReader.Delta("name", ""), List.of(3));
            queue.text("c", List.of(), List.of(4));
            queue.finish();
            assertThat(all(queue)).extracting(BackboneEvent::getEventCase).containsExactly(
                    BackboneEvent.EventCase.TEXT, BackboneEvent.EventCase.CALL, BackboneEvent.EventCase.TEXT);
        }
    }

    @Test
    void textIsNotKeptUntilTheEndOfALongAnswer() throws InterruptedException {
        try (var memory = new WireMemory("test", 1 << 20); var queue = queue(memory, true)) {
            queue.text("a", List.of(), List.of(1));
            assertThat(queue.take().header().getText().getText()).isEqualTo("a"); // though nothing ends
        }
    }

    @Test
    void whenTheFirstWasWrittenIsKnownThoughItWaits() {
        try (var memory = new WireMemory("test", 1 << 20); var queue = queue(memory, true)) {
            long arrived = System.nanoTime();
            assertThat(queue.firstAfter(arrived)).isEmpty();
            queue.text("a", List.of(), List.of(1));
            assertThat(queue.firstAfter(arrived).orElseThrow()).isBetween(Duration.ZERO, Duration.ofSeconds(60));
        }
    }

    private EventQueue queue(WireMemory memory, boolean isGathered) {
        return new EventQueue(memory, bundle.texts(), isGathered);
    }

    private static List<BackboneEvent> all(EventQueue queue) throws InterruptedException {
        var events = new ArrayList<BackboneEvent>();
        for (Frame<BackboneEvent> event; (event = queue.take()) != null;) {
            events.add(event.header());
        }
        return events;
    }
}
