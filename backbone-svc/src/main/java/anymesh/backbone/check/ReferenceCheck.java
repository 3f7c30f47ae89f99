// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.check.CheckReport.Drafts;
import anymesh.backbone.check.CheckReport.Part;
import anymesh.backbone.check.Reference.Message;
import anymesh.backbone.check.Reference.Sample;
import anymesh.backbone.decode.DraftCounts;
import anymesh.backbone.prompt.PromptBuilder;
import anymesh.kit.check.ReferenceFile;
import anymesh.kit.model.BundleException;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Asks a backbone what its bundle's reference was asked, each sample alone and then many in random company, and compares. A
 * bundle without a reference is held against itself: a batch must not change an answer.
 */
public final class ReferenceCheck {
    private static final int OWN_TOKENS = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<String> OWN = List.of("Hello!", "Why is the sky blue? Answer in one sentence.",
            "1, 2, 3,",
            "Write a short story about a lighthouse keeper who collects lost letters and sends them back to sea.",
            "def add(a, b):", "Wie heißt die Hauptstadt von Österreich?");

    private final BackboneBundle bundle;
    private final Asker asker;
    private final Asker withoutDrafts;
    private final DraftCounts counts;
    private final PromptBuilder prompts;
    private final Optional<Reference> reference;
    private final int width;

    /**
     * A check of a bundle that has been loaded.
     *
     * @param prompts how it writes prompts
     * @param backbone what answers
     * @param withoutDrafts the same, of whose tokens none is drafted
     * @param counts how drafts fare
     * @param width how many answers may be asked for at once
     */
    public ReferenceCheck(BackboneBundle bundle, PromptBuilder prompts, Backbone backbone, Backbone withoutDrafts,
            DraftCounts counts, int width) {
        this.bundle = bundle;
        this.asker = new Asker(backbone);
        this.withoutDrafts = new Asker(withoutDrafts);
        this.counts = counts;
        this.prompts = prompts;
        this.reference = Reference.of(bundle.files());
        this.width = width;
    }

    /**
     * Asks and compares.
     *
     * @param most how many of the samples are looked at
     * @param inCompany how many answers are asked for in company, of random samples
     * @param seed of what is random
     */
    public CheckReport run(int most, int inCompany, long seed) throws InterruptedException {
        if (most < 1 || inCompany < 0) {
            throw new IllegalArgumentException("%d samples, %d answers in company (expected: 1 or more, 0 or more)"
                    .formatted(most, inCompany));
        }
        float tolerance = reference.map(Reference::tolerance)
                .orElseGet(() -> tolerance(bundle.files().manifest().precision()));
        var all = reference.map(Reference::samples).orElseGet(this::own);
        var samples = all.stream().filter(this::hasRoom).toList();
        if (samples.isEmpty() && reference.isPresent()) {
            throw new BundleException("%s: no sample fits model.context_length, %d".formatted(
                    ReferenceFile.NAME, bundle.shape().context()));
        }
        var chosen = samples.subList(0, Math.min(most, samples.size()));
        long runs = counts.runs();
        long drafted = counts.drafted();
        long accepted = counts.accepted();
        var told = new Tally(tolerance, this::name);
        var expected = new ArrayList<Sample>();
        var alike = new ArrayList<Sample>();
        for (var sample : chosen) {
            if (reference.isPresent()) {
                var answer = asker.ask(sample);
                told.add(sample, answer);
                expected.add(sample);
                alike.add(Comparison.asSample(sample, answer));
            } else {
                var answer = asker.ask(sample.turns(), OWN_TOKENS);
                expected.add(Comparison.asSample(sample, answer));
                alike.add(expected.getLast());
                told.count(answer);
            }
        }
        var alone = told.part();
        var drafts = bundle.draft() == null
                ? null
                : new Drafts(withoutDrafts(alike, counts.runs() > runs, tolerance), counts.runs() - runs,
                        counts.drafted() - drafted, counts.accepted() - accepted);
        return new CheckReport(reference.map(Reference::library).orElse(null), tolerance, prompts(chosen), alone,
                company(expected, inCompany, new Random(seed), tolerance), drafts, all.size() - samples.size());
    }

    private Part withoutDrafts(List<Sample> samples, boolean areDrafted, float tolerance) throws InterruptedException {
        var told = new Tally(tolerance, this::name);
        for (var sample : areDrafted ? samples : List.<Sample>of()) {
            told.add(sample, withoutDrafts.ask(sample));
        }
        return told.part();
    }

    private Part company(List<Sample> expected, int count, Random random, float tolerance) throws InterruptedException {
        var order = new ArrayList<Sample>();
        while (order.size() < count && !expected.isEmpty()) {
            var shuffled = new ArrayList<>(expected);
            Collections.shuffle(shuffled, random);
            order.addAll(shuffled.subList(0, Math.min(shuffled.size(), count - order.size())));
        }
        var tally = new Tally(tolerance, this::name);
        var seats = new Semaphore(width);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<Told>>();
            for (var sample : order) {
                seats.acquire();
                answers.add(threads.submit(seated(seats, sample)));
            }
            for (int i = 0; i < answers.size(); i++) {
                tally.add(order.get(i), answers.get(i).get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer in company failed", e.getCause());
        }
        return tally.part();
    }

    private Callable<Told> seated(Semaphore seats, Sample sample) {
        return () -> {
            try {
                return asker.ask(sample);
            } finally {
                seats.release();
            }
        };
    }

    private Part prompts(List<Sample> samples) {
        var differences = new ArrayList<String>();
        int asked = 0;
        for (var sample : samples) {
            if (sample.promptTokens().isEmpty()) {
                continue;
            }
            asked++;
            var ids = ids(sample);
            var wanted = sample.promptTokens().stream().mapToLong(Long::longValue).toArray();
            int at = Arrays.mismatch(ids, wanted);
            if (at >= 0) {
                differences.add(
                        "the prompt of \"%s\" has %d tokens where the reference has %d; they part at %d: %s, not %s"
                                .formatted(Tally.start(sample), ids.length, wanted.length, at, around(ids, at),
                                        around(wanted, at)));
            }
        }
        return new Part(asked, 0, 0, differences, 0);
    }

    private long[] ids(Sample sample) {
        return prompts.build(sample.turns(), List.of(), CallContext.start("check", null, PATIENCE)).ids();
    }

    private static String around(long[] ids, int at) {
        return Arrays.toString(Arrays.copyOfRange(ids, Math.min(at, ids.length), Math.min(at + 4, ids.length)));
    }

    private ByteString name(int token) {
        return ByteString.copyFrom(bundle.texts().bytes(token));
    }

    /** What is rounded otherwise in another order of sums; quantized weights are not those that the reference had. */
    private static float tolerance(@Nullable String precision) {
        var name = precision == null ? "" : precision;
        return name.contains("int") ? 2 : name.contains("16") ? 0.1f : 0.003f;
    }

    private List<Sample> own() {
        return OWN.stream().map(text -> new Sample(List.of(new Message("user", text)), List.of(), List.of(), List.of(),
                "length")).filter(sample -> hasRoom(sample, OWN_TOKENS)).toList();
    }

    private boolean hasRoom(Sample sample) {
        return hasRoom(sample, sample.tokens().size() + (sample.isEnded() ? 1 : 0));
    }

    /** Whether the bundle's context, which may be less than its reference had, holds the prompt and so many tokens. */
    private boolean hasRoom(Sample sample, int tokens) {
        try {
            return ids(sample).length + tokens <= bundle.shape().context();
        } catch (InvalidInput e) {
            return !InvalidInput.CONTEXT_LENGTH_EXCEEDED.equals(e.code()); // what else is wrong shows when it is asked
        }
    }
}
