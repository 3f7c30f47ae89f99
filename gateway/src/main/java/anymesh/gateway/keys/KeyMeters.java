// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted by key; nothing where there are none. */
final class KeyMeters {
    private final MeterRegistry meters;

    KeyMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    void spent(String key, long work) {
        count("anymesh.gateway.key.work",
                "work done for the holders of a key: tokens, and 1,024 pixels or samples a step",
                key).increment((double) work);
    }

    void refused(String key) {
        count("anymesh.gateway.key.refused", "requests over a limit of their key", key).increment();
    }

    void asked(String key) {
        count("anymesh.gateway.key.requests", "requests with a key", key).increment();
    }

    private Counter count(String name, String about, String key) {
        return Counter.builder(name).description(about).tag("key", key).register(meters);
    }
}
