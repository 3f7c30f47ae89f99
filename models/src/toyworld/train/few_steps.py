"""Distils the picture denoiser to few steps without guidance. Each step of the student learns to land where several guided steps of the
finished denoiser land from the same place (progressive distillation, Salimans and Ho 2022, with the guidance distilled in, Meng et al.
2023); the places are those that the student's own steps lead to. It needs captions only, no pictures."""
from __future__ import annotations

import copy
import random
from functools import partial

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ..export.generators import Decoder
from ..export.onnx_file import round_weights, rounded_straight_through
from ..export.reading import exported_family
from ..nets.diffusion import ALPHAS, GUIDANCE, STEPS as TIMESTEPS
from ..nets.unet import UNet
from ..world.captions import caption, partial_caption
from ..world.render import alone, contact_sheet
from ..world.scene import Scene, sample_scene, sample_two
from .common import REHEARSAL, WORK, Ema, done, finish, fit, log, renders, result
from .committed import MODELS
from .denoising import NOISE
from .judge import load_judge, read
from .picture import caption_ids, load_painter
from .two_things import PART as TEACHER, mixed
from .vae import load_vae

PART, STEPS, TEACHER_STEPS, TRAINING, BATCH = "few_steps", 2, 20, 800, 8 if REHEARSAL else 256
WHOLE, TWO, MIXED, PARTIAL, EMPTY = 12_000, 12_000, 12_000, 6_000, 1_000
ROUNDED_FROM = 0.6  # of the training: from there on the student computes with its weights as they will be stored
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
KEPT = torch.cat([torch.ones(1), ALPHAS]).to(DEVICE)  # at [t + 1] what timestep t keeps of the picture; all of it before the first


def parts(t: Tensor) -> tuple[Tensor, Tensor]:
    """How much of picture and of noise a latent is made at timesteps [B] of -1 … 999."""
    kept = KEPT[t + 1].view(-1, 1, 1, 1)
    return kept.sqrt(), (1 - kept).sqrt()


def step(x: Tensor, v: Tensor, t: Tensor, until: Tensor) -> Tensor:
    """One DDIM step of latents [B, 4, 16, 16] between timesteps [B]."""
    (a, s), (a_next, s_next) = parts(t), parts(until)
    return a_next * (a * x - s * v) + s_next * (a * v + s * x)


def v_between(x: Tensor, landed: Tensor, t: Tensor, until: Tensor) -> Tensor:
    """The v with which one step from x lands there."""
    (a, s), (a_next, s_next) = parts(t), parts(until)
    return (landed - (a * a_next + s * s_next) * x) / (a * s_next - s * a_next)


@torch.no_grad()
def conditions(tau: nn.Module) -> Tensor:
    """What the generator may be asked [N, 16, 128]: captions of one thing and of two, none of a pair that is held out; captions of
    one thing whose words come from several; captions that leave traits open; nothing at all."""
    rng, g = random.Random(13), torch.Generator().manual_seed(13)
    one, two, several = ([sample(rng, False) for _ in range(renders(count))] for sample, count in
                         ((sample_scene, WHOLE), (sample_two, TWO), (sample_scene, MIXED)))
    open_ = [partial_caption(s, rng, 0.4) for s in (one + two)[::(len(one) + len(two)) // renders(PARTIAL)]]
    said = [tau(ids) for ids in caption_ids([caption(s) for s in one + two] + open_).split(500)]
    told = [mixed(tau, tau(caption_ids([caption(s) for s in these])), these, g)
            for these in (several[i:i + 500] for i in range(0, len(several), 500))]
    return torch.cat([*said, *told, torch.zeros(renders(EMPTY), *said[0].shape[1:])])


class Distillation:
    """What a student of `steps` steps is asked."""

    def __init__(self, teacher: nn.Module, student: nn.Module, asked: Tensor, steps: int = STEPS):
        self.teacher, self.student, self.asked, self.steps = teacher, student, asked, steps
        self.apart, self.teachers_apart = TIMESTEPS // steps, TIMESTEPS // TEACHER_STEPS

    @torch.no_grad()
    def taught(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """Where the teacher's guided steps lead in the time of one of the student's."""
        both = torch.cat([torch.zeros_like(condition), condition])
        for _ in range(self.apart // self.teachers_apart):
            v_negative, v = self.teacher(torch.cat([x, x]), torch.cat([t, t]), both).chunk(2)
            x, t = step(x, v_negative + GUIDANCE["image"] * (v - v_negative), t, t - self.teachers_apart), t - self.teachers_apart
        return x

    @torch.no_grad()
    def led(self, x: Tensor, condition: Tensor, count: Tensor) -> Tensor:
        """Where the student's own first steps, `count` [B] of them, lead from noise."""
        for i in range(int(count.max())):
            t = torch.full_like(count, TIMESTEPS - 1 - i * self.apart)
            x = torch.where((count > i).view(-1, 1, 1, 1), step(x, self.student(x, t, condition), t, t - self.apart), x)
        return x

    def loss(self, training_step: int, g: torch.Generator) -> Tensor:
        condition = self.asked[torch.randint(len(self.asked), (BATCH,), generator=g)]
        condition = (condition + NOISE * torch.randn(condition.shape, generator=g)).to(DEVICE)
        noise, count = torch.randn(BATCH, 4, 16, 16, generator=g).to(DEVICE), torch.randint(self.steps, (BATCH,), generator=g).to(DEVICE)
        x, t = self.led(noise, condition, count), TIMESTEPS - 1 - count * self.apart
        wanted = v_between(x, self.taught(x, t, condition), t, t - self.apart)
        student = partial(rounded_straight_through, self.student) if training_step >= ROUNDED_FROM * TRAINING else self.student
        return (student(x, t, condition) - wanted).pow(2).mean()


def eye() -> tuple[nn.Module, nn.Module]:
    """The decoder and the judge that were trained here, or those that are committed."""
    if done("vae"):
        vae, mean, std = load_vae()
        return Decoder(vae.decoder, mean, std), load_judge()
    family = exported_family(MODELS / "toyworld", MODELS / "judges")
    return family.generators["image"].decoder, family.judges["image"]


class Reading:
    """Has the judge read what a denoiser draws of held-out scenes."""

    def __init__(self, tau: nn.Module):
        rng, (decoder, judge) = random.Random(14), eye()
        self.decoder, self.judge = decoder.eval().to(DEVICE), judge.eval()
        self.ones, self.twos = ([sample(rng, True) for _ in range(renders(count))] for sample, count in ((sample_scene, 384), (sample_two, 192)))
        with torch.no_grad():
            self.condition = tau(caption_ids([caption(s) for s in self.ones + self.twos])).to(DEVICE)

    @torch.no_grad()
    def draw(self, unet: nn.Module, steps: int, guidance: float = 1.0, seed: int = 3) -> np.ndarray:
        """Pictures [N, 128, 128, 3] of all scenes."""
        noise = torch.randn(len(self.condition), 4, 16, 16, generator=torch.Generator().manual_seed(seed)).to(DEVICE)
        out, apart = [], TIMESTEPS // steps
        for x, c in zip(noise.split(64), self.condition.split(64)):
            for i in range(steps):
                t = torch.full((len(x),), TIMESTEPS - 1 - i * apart, device=DEVICE)
                v = unet(x, t, c)
                if guidance != 1:
                    v = torch.lerp(unet(x, t, torch.zeros_like(c)), v, guidance)
                x = step(x, v, t, t - apart)
            out.append(((self.decoder(x) + 1) / 2).clamp(0, 1).permute(0, 2, 3, 1).mul(255).round().byte().cpu())
        return torch.cat(out).numpy()

    def read(self, pictures: np.ndarray, scenes: list[Scene]) -> Tensor:
        pixels = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        return read(self.judge, pixels) == torch.tensor([s.labels() for s in scenes])

    def report(self, name: str, pictures: np.ndarray) -> None:
        one = self.read(pictures[:len(self.ones)], self.ones)
        both = torch.ones(len(self.twos), dtype=torch.bool)
        for k in range(2):
            halves = np.stack([alone(p, s.items[k].place) for p, s in zip(pictures[len(self.ones):], self.twos)])
            both &= self.read(halves, [Scene((s.items[k],), s.background) for s in self.twos])[:, :3].all(1)
        log(name, "held-out pairs", round(float(one.all(1).float().mean()), 4), "each", [round(float(x), 3) for x in one.float().mean(0)],
            "two things", round(float(both.float().mean()), 4))
        Image.fromarray(contact_sheet(np.concatenate([pictures[:32], pictures[-16:]]), 8)).save(WORK / f"{name}.png")


def train() -> None:
    if DEVICE.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
    painter = load_painter(TEACHER)
    asked, reading = conditions(painter.tau), Reading(painter.tau)
    log("asked", len(asked), "on", DEVICE)
    teacher = painter.unet.to(DEVICE)
    if not REHEARSAL:
        reading.report("teacher", reading.draw(teacher, TEACHER_STEPS, GUIDANCE["image"]))
    torch.manual_seed(0)
    student = copy.deepcopy(teacher).train().requires_grad_(True)
    ema = Ema(student)

    def watch(training_step: int) -> None:
        reading.report(f"{PART}-{training_step}", reading.draw(round_weights(copy.deepcopy(ema.net), int8=True), STEPS))

    fit(PART, student, Distillation(teacher, student, asked, STEPS).loss, TRAINING, peak=8e-4, ema=ema, save_every=500, watch=watch)
    finish(PART, net=ema.net.cpu().state_dict())


def load_few_steps() -> UNet:
    """The denoiser of few steps."""
    net = UNet().eval().requires_grad_(False)
    net.load_state_dict(result(PART)["net"])
    return net


def main() -> None:
    if not done(PART):
        train()
