"""Trains the denoiser of sounds together with its own τ; τ is frozen part of the way so that the language side can build on it."""
from __future__ import annotations

import random
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from ..evaluate.sound_dsp import agreement
from ..nets.condition import LENGTH, WIDTH as CONDITION, ConditionEncoder
from ..nets.diffusion import GUIDANCE, ddim
from ..nets.mel_vae import HEIGHT, LATENT, WIDTH
from ..nets.unet import UNet
from ..world.logmel import log_mel
from ..world.sound import Sound, all_sounds, partial_sound_caption, sound_caption
from .autoencoding import normalised
from .common import WORK, Ema, done, finish, fit, log, result
from .denoising import denoising_loss, freeze_condition, of_each, some_words
from .mel_vae import encode_all, load_mel_vae, mels_of
from .picture import caption_ids
from .sound_judge import hear, load_sound_judge, shares
from .sounds import Sounds, between_paces, held_sounds, seen_sounds, train_sounds, wide_sounds
from .tokenizer import tokenizer
from .vocoder import load_vocoder, voice

PART, STEPS, FREEZE = "sound", 4400, 400
COUNTS = (20, 16, 28)  # with names for all, between two pitches, between the paces: in each batch
PARTIAL, MIXED, SOUND_WEIGHT, NOISE = 0.04, 0.75, 2.0, 0.2
# Where τ reads the pitch, the pace and the thing of a whole caption; all else stands for nothing.
PITCH_AT, PACE_AT, THING_AT = 1, 2, 6


class Sounder(nn.Module):
    def __init__(self, vocabulary: int):
        super().__init__()
        self.unet, self.tau = UNet(LATENT), ConditionEncoder(vocabulary)


def sound_ids(captions: list[str]) -> Tensor:
    return caption_ids(captions, tokenizer())


def sound_masks(mels: Tensor) -> Tensor:
    """1 on the latent cells [N, 1, 16, 8] in which something sounds."""
    return torch.cat([F.max_pool2d((part > -0.8).float(), 8) for part in mels.split(500)])


def train() -> None:
    wide, paced = wide_sounds(), between_paces()
    vae, *shift = load_mel_vae()
    latents = torch.cat([torch.load(WORK / "sound-latents.pt", weights_only=True), normalised(encode_all(vae, mels_of(paced)), *shift)])
    masks = torch.cat([sound_masks(mels_of(sounds)) for sounds in (wide, paced)])
    sounds, rng = wide.sounds + paced.sounds, random.Random(31)
    ends = len(train_sounds().sounds), len(wide.sounds), len(sounds)
    full = sound_ids([sound_caption(s) for s in sounds])
    partial = sound_ids([partial_sound_caption(s, rng, 0.4) for s in sounds])
    log("sound covers", round(float(masks.mean()), 3), "of the latent cells")
    torch.manual_seed(0)
    net = Sounder(tokenizer().get_vocab_size())
    ema = Ema(net)
    gate, known = Gate(), [s for s in all_sounds() if not s.held_out]
    captions, traits = sound_ids([sound_caption(s) for s in known]), traits_of(known)
    wanted = traits_of(sounds)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        if step >= FREEZE:
            freeze_condition(net, ema)
        index = of_each(ends, COUNTS, g)
        words = some_words(full[index], partial[index], PARTIAL, g)
        condition = net.tau(words)
        if step >= FREEZE:
            share = torch.where(index < ends[0], MIXED, 1.0)
            some = (words == full[index]).all(1) & (torch.rand(len(index), generator=g) < share)
            condition = torch.where(some[:, None, None], mixed(net.tau(captions), traits, wanted[index], g), condition)
        return denoising_loss(net.unet, latents[index], condition, 1 + SOUND_WEIGHT * masks[index], g, NOISE)

    def watch(step: int) -> None:
        if step == FREEZE:
            finish(f"{PART}-early", net=ema.net.state_dict())
            gate(ema.net, step)

    fit(PART, net, loss_of, STEPS, peak=1.2e-3, ema=ema, save_every=200, watch=watch)
    finish(PART, net=ema.net.state_dict())


def traits_of(sounds: list[Sound]) -> Tensor:
    """[N, 3]: thing, pitch and pace; the latter two may lie between two that have a name."""
    return torch.tensor([[s.thing, s.pitch, s.pace] for s in sounds], dtype=torch.float32)


def mixed(told: Tensor, traits: Tensor, wanted: Tensor, g: torch.Generator) -> Tensor:
    """Conditions [B, 16, 128] of which each word comes from another caption, so that it tells its own trait and nothing else.

    `told` [N, 16, 128] and `traits` [N, 3] are all captions that may be taken from, `wanted` [B, 3] what is to be told. For
    a pitch or a pace between two, the word is as far between theirs.
    """
    def other(trait: int | None = None, value: Tensor | None = None) -> Tensor:
        alike = torch.rand(len(wanted), len(told), generator=g)
        return told[(alike if trait is None else alike * (traits[:, trait] == value[:, None])).argmax(1)]

    out = other(0, wanted[:, 0])
    out[:, :THING_AT] = other()[:, :THING_AT]
    for trait, at in ((1, PITCH_AT), (2, PACE_AT)):
        value = wanted[:, trait]
        below, above = other(trait, value.floor())[:, at], other(trait, value.ceil())[:, at]
        share = (value - value.floor())[:, None]
        out[:, at] = torch.where(share > 0, F.layer_norm(below.lerp(above, share), (CONDITION,)), below)
    return out


class Gate:
    """Plays held-out combinations from τ directly; the judge, and signal processing beside it, say what is heard."""

    def __init__(self, count: int = 72):
        self.count = count

    @cached_property
    def parts(self):
        return *load_mel_vae(), load_vocoder(), load_sound_judge()

    @torch.no_grad()
    def play(self, net: Sounder, condition: Tensor, seed: int = 3, guidance: float = GUIDANCE["audio"]) -> Tensor:
        """Conditions [N, 16, 128] -> waveforms [N, 32768]."""
        vae, mean, std, vocoder, _ = self.parts
        noise = torch.randn(len(condition), LATENT, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))
        out = []
        for z, c in zip(noise.split(64), condition.split(64)):
            z = ddim(net.unet, z, c, torch.zeros(1, LENGTH, CONDITION), guidance)
            out.append(voice(vocoder, vae.decoder(z * std[:, None, None] + mean[:, None, None])))
        return torch.cat(out)

    @torch.no_grad()
    def __call__(self, net: Sounder, step: int, sounds: Sounds | None = None, count: int | None = None) -> None:
        sounds, count = sounds or held_sounds(), count or self.count
        labels = sounds.labels[:count]
        waveforms = self.play(net, net.tau(sound_ids([sound_caption(s) for s in sounds.sounds[:count]])))
        log("gate at", step, sounds.name, count, shares(hear(self.parts[-1], waveforms), labels),
            "by signal processing", agreement(waveforms.numpy(), labels.numpy()))
        spectrogram_sheet(waveforms[:36].numpy(), 6).save(WORK / f"sound-{step}-{sounds.name}.png")


def spectrogram_sheet(waveforms: np.ndarray, columns: int) -> Image.Image:
    """Whisper's log-mels side by side, low notes at the bottom."""
    tiles = np.clip((log_mel(waveforms)[:, ::-1] + 0.5) * 127, 0, 255).astype(np.uint8)
    tiles = np.pad(tiles, ((0, -len(tiles) % columns), (2, 2), (2, 2)), constant_values=90)
    n, h, w = tiles.shape
    return Image.fromarray(tiles.reshape(n // columns, columns, h, w).swapaxes(1, 2).reshape(n // columns * h, columns * w))


def load_sounder() -> Sounder:
    """The finished denoiser and τ, or the early ones while the denoiser is still in training (τ is the same)."""
    net = Sounder(tokenizer().get_vocab_size()).eval().requires_grad_(False)
    net.load_state_dict(result(PART if done(PART) else f"{PART}-early")["net"])
    return net


def main() -> None:
    if not done(PART):
        train()
        sounder, gate = load_sounder(), Gate()
        for sounds in (held_sounds(), seen_sounds()):
            gate(sounder, STEPS, sounds, len(sounds.sounds))
