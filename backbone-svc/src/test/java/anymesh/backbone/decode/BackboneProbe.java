// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.prompt.Prompt;
import anymesh.kit.model.OnnxSettings;
import java.nio.FloatBuffer;
import java.util.List;

/** One sequence of a bundle, fed by hand. */
public final class BackboneProbe implements AutoCloseable {
    private final TokenInput embeddings;
    private final DecoderGraph decoder;
    private final SingleRun single;
    private final DecodeBatch batch;
    private final Sequence sequence = new Sequence();
    private final float[] logits;
    private FloatBuffer hidden = FloatBuffer.allocate(0);

    public BackboneProbe(BackboneBundle bundle) {
        this.decoder = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1));
        this.embeddings = TokenInput.load(bundle.decoder(), decoder, OnnxSettings.cpu(1));
        this.single = new SingleRun(embeddings, decoder, decoder.found().layout());
        this.batch = new DecodeBatch(embeddings, decoder, decoder.found().layout());
        this.logits = new float[bundle.shape().vocabulary()];
    }

    public void prompt(long[] ids) {
        single.prompt(sequence, Prompt.of(ids, List.of()));
        single.logits(logits);
        hidden = single.hidden();
    }

    public void token(long id) {
        batch.step(List.of(sequence), new long[]{id}, single::giveBack);
        batch.logits(sequence, logits);
        hidden = batch.hidden(sequence);
    }

    /** What the last position predicts. */
    public float[] logits() {
        return logits.clone();
    }

    /** The states of the positions that were fed last. */
    public float[] hidden() {
        var states = new float[hidden.remaining()];
        hidden.get(hidden.position(), states);
        return states;
    }

    @Override
    public void close() {
        decoder.close();
        embeddings.close();
    }
}
