"""What every training part needs: folders, a learning-rate schedule, checkpoints and a log."""
from __future__ import annotations

import copy
import math
import os
import time
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor, nn

WORK = Path(os.environ.get("TOYWORLD_WORK", "~/.cache/anymesh/train")).expanduser()
MODELS = Path(__file__).parents[3]
REHEARSAL = "TOYWORLD_REHEARSAL" in os.environ
_START = time.time()


def log(*words: object) -> None:
    print(f"[{time.time() - _START:7.1f}s]", *words, flush=True)


def setup(threads: int = 2) -> None:
    torch.set_num_threads(int(os.environ.get("TOYWORLD_THREADS", threads)))
    WORK.mkdir(parents=True, exist_ok=True)


def rehearsed(steps: int) -> int:
    """Steps of a training, of which a rehearsal takes two."""
    return min(steps, 2) if REHEARSAL else steps


def renders(count: int) -> int:
    """Media that are rendered, of which a rehearsal has a fiftieth: enough for every trait to be among them."""
    return min(count, max(24, count // 50)) if REHEARSAL else count


def cosine(step: int, steps: int, peak: float, warm_up: float = 0.03) -> float:
    f = min(1.0, step / steps)
    return peak * min(1.0, f / warm_up) * (0.5 + 0.5 * math.cos(math.pi * f)) + 1e-6


def step_generator(seed: int, step: int) -> torch.Generator:
    """Random numbers of one step: a resumed run draws the same ones as an unbroken run."""
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


class Ema:
    """A moving average of a network's weights."""

    def __init__(self, net: nn.Module, decay: float = 0.998):
        self.net, self.decay = copy.deepcopy(net).eval().requires_grad_(False), decay

    @torch.no_grad()
    def update(self, net: nn.Module, step: int) -> None:
        decay = min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(list(self.net.parameters()), list(net.parameters()), 1 - decay)
        for mine, theirs in zip(self.net.buffers(), net.buffers()):
            mine.copy_(theirs)


def done(part: str) -> bool:
    return (WORK / f"{part}.pt").exists()


def finish(part: str, **state: object) -> None:
    """Writes a part's result; its presence says that the part is trained."""
    temporary = WORK / f"{part}.tmp"
    torch.save(state, temporary)
    temporary.replace(WORK / f"{part}.pt")
    log("finished", part)


def result(part: str) -> dict:
    return torch.load(WORK / f"{part}.pt", weights_only=True)


def fit(part: str, net: nn.Module, loss_of: Callable[[int, torch.Generator], Tensor], steps: int, *, peak: float,
        weight_decay: float = 0.01, ema: Ema | None = None, seed: int = 0,
        save_every: int = 250, log_every: int = 100, betas: tuple[float, float] = (0.9, 0.99),
        watch: Callable[[int], None] | None = None) -> None:
    """Trains `net` with AdamW and a cosine schedule, from the last checkpoint if there is one."""
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, peak, fused=True, weight_decay=weight_decay, betas=betas)
    checkpoint, step = WORK / f"{part}.ckpt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        if ema is not None:
            ema.net.load_state_dict(saved["ema"])
        step = saved["step"]
        log(part, "resumes at step", step)
    average, began, first, steps = 0.0, time.time(), step, rehearsed(steps)
    while step < steps:
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, steps, peak)
        torch.manual_seed(seed * 7_919 + step)
        loss = loss_of(step, step_generator(seed, step))
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if ema is not None:
            ema.update(net, step)
        average = loss.item() if step == first + 1 else 0.98 * average + 0.02 * loss.item()
        if step % log_every == 0:
            log(part, step, f"loss {average:.4f}", f"{(time.time() - began) / (step - first):.3f} s/step")
        if step % save_every == 0 or step == steps:
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "step": step,
                        "ema": ema.net.state_dict() if ema is not None else None}, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            if watch is not None:
                watch(step)
