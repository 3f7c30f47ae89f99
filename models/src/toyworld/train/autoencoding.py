"""What the autoencoders of pictures and sounds train and keep alike."""
from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from .common import finish, result

KL = 1e-3


def autoencoding_loss(vae: nn.Module, x: Tensor, weight: Tensor) -> Tensor:
    """The weighted error of what comes back, plus a little divergence of the latents from a normal distribution."""
    with torch.autocast("cpu", torch.bfloat16):
        back, mean, log_variance = vae(x)
    mean, log_variance = mean.float(), log_variance.float()
    kl = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).mean()
    return weighted_error(back, x, weight) + KL * kl


def weighted_error(back: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    error = back.float() - x
    return ((error.abs() + 2 * error * error) * weight).mean() / weight.mean()


def keep(part: str, vae: nn.Module, latents: Tensor, path: Path) -> Tensor:
    """Keeps a finished autoencoder with its latents' mean and deviation, and the latents normalised by them; gives the deviation."""
    mean, std = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    finish(part, net=vae.state_dict(), mean=mean, std=std)
    torch.save(normalised(latents, mean, std), path)
    return std


def normalised(latents: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Latents [N, channels, height, width] in the deviations of those that the autoencoder was trained on."""
    return (latents - mean[:, None, None]) / std[:, None, None]


def decoding_loss(decoder: nn.Module, latents: Tensor, deviation: Tensor, x: Tensor, weight: Tensor, g: torch.Generator) -> Tensor:
    """The weighted error of what is decoded from latents with up to so much noise on each: a denoiser's are never quite right, and what is
    made from them shall be."""
    noise = torch.rand(len(latents), 1, 1, 1, generator=g) * deviation * torch.randn(latents.shape, generator=g)
    with torch.autocast("cpu", torch.bfloat16):
        back = decoder((latents + noise).contiguous(memory_format=torch.channels_last))
    return weighted_error(back, x, weight)


def load_autoencoder(part: str, vae: nn.Module) -> tuple[nn.Module, Tensor, Tensor]:
    """A finished autoencoder, with its latents' mean and deviation."""
    saved = result(part)
    vae.eval().requires_grad_(False).load_state_dict(saved["net"])
    return vae, saved["mean"], saved["std"]


def with_later_decoder(vae: nn.Module, part: str, decoder: nn.Module) -> nn.Module:
    """The same autoencoder with a decoder that was trained after it."""
    vae.decoder = decoder.eval().requires_grad_(False)
    vae.decoder.load_state_dict(result(part)["net"])
    return vae
