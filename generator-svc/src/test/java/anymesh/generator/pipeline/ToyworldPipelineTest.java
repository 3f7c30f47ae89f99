// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The built-in generator of pictures: what a seed and a neighbour mean to it. What it draws is held against Python in {@link ToyworldGoldenTest}. */
class ToyworldPipelineTest {
    private static final Golden GOLDEN = Golden.read("image");

    @SuppressWarnings("NullAway.Init")
    private static DiffusionPipeline pipeline;

    @BeforeAll
    static void load() {
        pipeline = GOLDEN.load();
        pipeline.warm();
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    /** To the bit, and though the rows of one that is alone are run apart where that is faster. */
    @Test
    void aPictureDoesNotDependOnThoseMadeBesideIt() {
        var requests = List.of(request(11, 8, 3), request(12, 5, 1), request(13, 8, 3), request(14, 6, 5));
        var alone = requests.stream().map(r -> finish(List.of(pipeline.begin(r))).getFirst().rgb()).toList();
        var together = finish(requests.stream().map(pipeline::begin).toList());
        for (int i = 0; i < requests.size(); i++) {
            assertThat(together.get(i).rgb()).as("picture %d", i).containsExactly(alone.get(i));
        }
    }

    @Test
    void aSeedMeansAPicture() {
        var first = finish(List.of(pipeline.begin(request(5, 4, 3)))).getFirst();
        assertThat(finish(List.of(pipeline.begin(request(5, 4, 3)))).getFirst().rgb()).containsExactly(first.rgb());
        assertThat(finish(List.of(pipeline.begin(request(6, 4, 3)))).getFirst().rgb()).isNotEqualTo(first.rgb());
    }

    private static MediaRequest request(long seed, int steps, float guidance) {
        return new MediaRequest(GOLDEN.numbers("condition"), seed, steps, guidance,
                pipeline.manifest().output().sizes().getFirst());
    }

    private static List<Picture> finish(List<Denoising> pictures) {
        var active = new ArrayList<>(pictures);
        while (!active.isEmpty()) {
            pipeline.step(active);
            active.removeIf(Denoising::isFinished);
        }
        return pipeline.decode(pictures).stream().map(Optional::orElseThrow).map(Picture.class::cast).toList();
    }
}
