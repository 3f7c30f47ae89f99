"""Trains the judge of sounds on renders (noise, filtering and blur added)."""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.sound_judge import SoundJudge
from ..world.logmel import log_mel
from ..world.sound import SOUND_ATTRIBUTES
from .common import done, finish, fit, log, result
from .judge import read
from .sounds import held_sounds, judge_sounds, seen_sounds

PART, STEPS, BATCH = "sound_judge", 800, 64


def disturb(x: Tensor, step: int, g: torch.Generator) -> Tensor:
    """Log-mels as a worse microphone in a louder room would give them."""
    b = len(x)
    curve = F.interpolate(torch.randn(b, 1, 5, generator=g) * 0.3, 80, mode="linear")[:, 0, :, None]  # an equaliser, ±12 dB
    logs = 4 * x - 4 + curve
    hiss = logs.amax((1, 2), keepdim=True) - 2 - 5 * torch.rand(b, 1, 1, generator=g)  # 20 to 70 dB below the loudest
    floor = hiss + torch.log10(-torch.log(torch.rand(x.shape, generator=g).clamp(1e-6, 1 - 1e-6)))
    noisy = torch.log10(10 ** logs + 10 ** floor)
    logs = torch.where(torch.rand(b, 1, 1, generator=g) < 0.7, noisy, logs)
    logs = torch.maximum(logs, logs.amax((1, 2), keepdim=True) - 8)
    x = (logs + 4) / 4
    if step % 3 == 0:
        x = F.avg_pool2d(x[:, None], 3, 1, 1, count_include_pad=False)[:, 0]
    return x


def train() -> None:
    sounds = judge_sounds()
    features = torch.from_numpy(np.array(sounds.log_mels()))
    torch.manual_seed(0)
    judge = SoundJudge()

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = torch.randint(len(features), (BATCH,), generator=g)
        x = disturb(features[index].float(), step, g)
        return sum(F.cross_entropy(logits, sounds.labels[index, h]) for h, logits in enumerate(judge(x)))

    fit(PART, judge, loss_of, STEPS, peak=2e-3, weight_decay=0.02, betas=(0.9, 0.999))
    judge.eval()
    for kind in (held_sounds(), seen_sounds()):
        log("sound judge on renders", kind.name, report(judge, torch.from_numpy(np.array(kind.log_mels())).float(), kind.labels))
    finish(PART, net=judge.state_dict())


def hear(judge: SoundJudge, waveforms: Tensor) -> Tensor:
    """Waveforms [N, 32768] -> the attributes read [N, 3]."""
    return torch.cat([read(judge, torch.from_numpy(log_mel(part.numpy()))) for part in waveforms.split(128)])


def shares(guess: Tensor, labels: Tensor) -> dict[str, float]:
    """The share read right: per attribute, and all three."""
    right = guess == labels
    found = {name: right[:, h] for h, name in enumerate(SOUND_ATTRIBUTES)} | {"all": right.all(1)}
    return {name: round(float(v.float().mean()), 3) for name, v in found.items()}


def report(judge: SoundJudge, features: Tensor, labels: Tensor) -> dict[str, float]:
    return shares(read(judge, features), labels)


def load_sound_judge() -> SoundJudge:
    judge = SoundJudge().eval().requires_grad_(False)
    judge.load_state_dict(result(PART)["net"])
    return judge


def main() -> None:
    if not done(PART):
        train()
