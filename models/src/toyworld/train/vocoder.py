"""Trains the vocoder: mels, half of them as the autoencoder gives them back, against the spectra of the sounds."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.vocoder import FLOOR, Vocoder, magnitude, spectrum_of
from .common import done, finish, fit, log, result
from .mel_vae import encode_all, load_mel_vae, mels_of, reconstruct
from .sound_judge import hear, load_sound_judge, shares
from .sounds import held_sounds, seen_sounds, widest_sounds

PART, STEPS, BATCH = "vocoder", 2400, 16


def true_turns(spectrum: Tensor) -> Tensor:
    """How far each bin's phase turned since the frame before, beyond the bin's own turn: [B, 257, J]."""
    re, im = spectrum.chunk(2, 1)
    phase = torch.atan2(im, re)
    own = (torch.arange(phase.shape[1]) * (math.pi / 2))[None, :, None]
    turn = F.pad(phase[:, :, 1:] - phase[:, :, :-1], (1, 0)) - own
    return torch.remainder(turn + math.pi, 2 * math.pi) - math.pi


def losses(vocoder: Vocoder, spectrogram: Tensor, waveforms: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How far off the logarithms of the magnitudes are, the magnitudes themselves, and the turns of the phases."""
    spectrum = spectrum_of(vocoder.transform, waveforms)
    size = magnitude(spectrum)
    target = (size + FLOOR).log()
    loud, turn = vocoder.predict(spectrogram)
    audible = 1 + 4 * (target > math.log(0.05)).float()
    logarithm = ((loud - target).abs() * audible).mean() / audible.mean()
    linear = (loud.clamp(max=6).exp() - FLOOR - size).abs().mean() / size.mean()
    known = torch.minimum(size, F.pad(size[:, :, :-1], (1, 0))).sqrt()
    turning = ((1 - torch.cos(turn - true_turns(spectrum))) * known).mean() / known.mean()
    return logarithm, linear, turning


def train() -> None:
    sounds = widest_sounds()
    mels, (vae, _, std) = mels_of(sounds), load_mel_vae()
    latents = encode_all(vae, mels)
    torch.manual_seed(0)
    vocoder = Vocoder()

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = torch.randint(len(mels), (BATCH,), generator=g)
        half = BATCH // 2
        with torch.no_grad():
            noise = 0.1 * std[:, None, None] * torch.randn(half, *latents.shape[1:], generator=g)
            back = vae.decoder(latents[index[half:]] + noise)
        spectrogram = torch.cat([mels[index[:half]].float(), back])[:, 0]
        logarithm, linear, turning = losses(vocoder, spectrogram, sounds.batch(index))
        return logarithm + 0.5 * linear + turning

    fit(PART, vocoder, loss_of, STEPS, peak=1.5e-3, betas=(0.9, 0.99), save_every=200)
    finish(PART, net=vocoder.state_dict())


@torch.no_grad()
def voice(vocoder: Vocoder, mels: Tensor) -> Tensor:
    """Mels [N, 1, 128, 64] -> waveforms [N, 32768]."""
    return torch.cat([vocoder(part[:, 0]) for part in mels.split(32)])


def load_vocoder() -> Vocoder:
    vocoder = Vocoder().eval().requires_grad_(False)
    vocoder.load_state_dict(result(PART)["net"])
    return vocoder


def measure() -> dict[str, dict[str, float]]:
    """What the judge reads of true mels through the vocoder, and of mels that went through the autoencoder first."""
    vocoder, judge, (vae, _, _), found = load_vocoder(), load_sound_judge(), load_mel_vae(), {}
    for sounds in (held_sounds(), seen_sounds()):
        x = mels_of(sounds).float()
        found[f"{sounds.name} vocoder"] = shares(hear(judge, voice(vocoder, x)), sounds.labels)
        found[f"{sounds.name} autoencoder and vocoder"] = shares(hear(judge, voice(vocoder, reconstruct(vae, x))), sounds.labels)
    return found


def main() -> None:
    if not done(PART):
        train()
        for name, share in measure().items():
            log(name, share)
