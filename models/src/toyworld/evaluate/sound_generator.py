"""python -m toyworld.evaluate.sound_generator [--n N] [--sheets DIR]: the sound generator by itself, from its own text
condition: held-out and seen triples, what the judges can reach at best, and the ablations that must fail."""
from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from ..evaluate.judge import wilson
from ..evaluate.sound_dsp import agreement
from ..train.common import setup
from ..train.mel_vae import mels_of, reconstruct
from ..train.sound import Gate, load_sounder, sound_ids, spectrogram_sheet
from ..train.sound_judge import hear
from ..train.sounds import Sounds, held_sounds, seen_sounds
from ..train.vocoder import voice
from ..world.sound import SOUND_ATTRIBUTES, sound_caption


def row(what: str, waveforms: Tensor, labels: Tensor, judge: torch.nn.Module) -> str:
    """A line of the table: each attribute, all three with the 95 % interval, and what signal processing finds."""
    right = hear(judge, waveforms) == labels
    each = " | ".join(f"{float(right[:, i].float().mean()):.3f}" for i in range(len(SOUND_ATTRIBUTES)))
    hits, count = int(right.all(1).sum()), len(labels)
    low, high = wilson(hits, count)
    processed = agreement(waveforms.numpy(), labels.numpy())
    return f"| {what} | {count} | {each} | {hits / count:.3f} | {low:.3f}–{high:.3f} | {processed['pitch']:.3f} | {processed['pace']:.3f} |"


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(prog="toyworld.evaluate.sound_generator", description=__doc__)
    parser.add_argument("--n", type=int, default=384, help="sounds a row")
    parser.add_argument("--sheets", type=Path, help="where spectrogram sheets go")
    options = parser.parse_args()
    setup()
    net, gate = load_sounder(), Gate()
    vae, _, _, vocoder, judge = gate.parts
    print("| what | N | thing | pitch | pace | all | 95 % | pitch, signal | pace, signal |\n|---|---|---|---|---|---|---|---|---|")

    def show(what: str, waveforms: Tensor, labels: Tensor) -> None:
        print(row(what, waveforms, labels, judge), flush=True)
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            spectrogram_sheet(waveforms[:36].numpy(), 6).save(options.sheets / f"{what.replace(' ', '-').replace(',', '')}.png")

    def condition(sounds: Sounds, count: int) -> Tensor:
        return net.tau(sound_ids([sound_caption(s) for s in sounds.sounds[:count]]))

    for kind, sounds in (("held-out", held_sounds()), ("seen", seen_sounds())):
        labels, mels = sounds.labels[:options.n], mels_of(sounds)[:options.n].float()
        show(f"ceiling, {kind} renders", sounds.batch(torch.arange(len(labels))), labels)
        show(f"ceiling, {kind} mels through the vocoder", voice(vocoder, mels), labels)
        show(f"ceiling, {kind} mels through autoencoder and vocoder", voice(vocoder, reconstruct(vae, mels)), labels)
        show(f"text to sound, {kind}", gate.play(net, condition(sounds, options.n)), labels)
    few = min(options.n, 192)
    held, c = held_sounds(), condition(held_sounds(), few)
    show("held-out, no guidance", gate.play(net, c, guidance=1.0), held.labels[:few])
    show("held-out, conditions shuffled", gate.play(net, c.roll(1, 0)), held.labels[:few])
    show("held-out, conditions zero", gate.play(net, torch.zeros_like(c)), held.labels[:few])


if __name__ == "__main__":
    main()
