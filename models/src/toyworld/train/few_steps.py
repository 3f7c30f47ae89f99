"""Distils the picture denoiser to few steps without guidance. Each step of the student learns to land where several guided steps of the
finished denoiser land from the same place (progressive distillation, Salimans and Ho 2022, with the guidance distilled in, Meng et al.
2023); the places are those that the student's own steps lead to. It needs captions only, no pictures."""
from __future__ import annotations

import copy
import random
from functools import partial

import torch
from torch import Tensor, nn

from ..export.onnx_file import round_weights, rounded_straight_through
from ..nets.diffusion import FEW_STEPS, GUIDANCE, STEPS as TIMESTEPS, guided_step, parts, step
from ..nets.unet import UNet
from ..world.captions import caption, partial_caption
from ..world.scene import sample_scene, sample_two
from .common import REHEARSAL, Ema, done, finish, fit, log, renders, result
from .denoising import NOISE
from .picture import Gate, caption_ids, load_painter
from .two_things import PART as TEACHER, GateOfTwo, mixed

PART, TEACHER_STEPS, TRAINING, BATCH = "few_steps", 20, 800, 8 if REHEARSAL else 256
WHOLE, TWO, MIXED, PARTIAL, EMPTY = 12_000, 12_000, 12_000, 6_000, 1_000
ROUNDED_FROM = 0.6  # of the training: from there on the student computes with its weights as they will be stored
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def v_between(x: Tensor, landed: Tensor, t: Tensor, until: Tensor) -> Tensor:
    """The v with which one step from x lands there."""
    (a, s), (a_next, s_next) = parts(t, x.dim()), parts(until, x.dim())
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
    """What the student is asked."""
    APART, TEACHERS_APART = TIMESTEPS // FEW_STEPS, TIMESTEPS // TEACHER_STEPS

    def __init__(self, teacher: nn.Module, student: nn.Module, asked: Tensor):
        self.teacher, self.student, self.asked = teacher, student, asked

    def taught(self, x: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """Where the teacher's guided steps lead in the time of one of the student's."""
        for _ in range(self.APART // self.TEACHERS_APART):
            until = t - self.TEACHERS_APART
            x, t = guided_step(self.teacher, x, t, until, condition, torch.zeros_like(condition), GUIDANCE["image"]), until
        return x

    @torch.no_grad()
    def led(self, x: Tensor, condition: Tensor, count: Tensor) -> Tensor:
        """Where the student's own first steps, `count` [B] of them, lead from noise."""
        for i in range(int(count.max())):
            t = torch.full_like(count, TIMESTEPS - 1 - i * self.APART)
            x = torch.where((count > i).view(-1, 1, 1, 1), step(x, self.student(x, t, condition), t, t - self.APART), x)
        return x

    def loss(self, training_step: int, g: torch.Generator) -> Tensor:
        condition = self.asked[torch.randint(len(self.asked), (BATCH,), generator=g)]
        condition = (condition + NOISE * torch.randn(condition.shape, generator=g)).to(DEVICE)
        noise, count = torch.randn(BATCH, 4, 16, 16, generator=g).to(DEVICE), torch.randint(FEW_STEPS, (BATCH,), generator=g).to(DEVICE)
        x, t = self.led(noise, condition, count), TIMESTEPS - 1 - count * self.APART
        wanted = v_between(x, self.taught(x, t, condition), t, t - self.APART)
        student = partial(rounded_straight_through, self.student) if training_step >= ROUNDED_FROM * TRAINING else self.student
        return (student(x, t, condition) - wanted).pow(2).mean()


def train() -> None:
    if DEVICE.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = True
    painter = load_painter(TEACHER)
    asked = conditions(painter.tau)
    log("asked", len(asked), "on", DEVICE)
    if not REHEARSAL:
        for gate in gates():
            gate(painter, "teacher")
    few = gates(guidance=1.0, steps=FEW_STEPS)
    teacher = copy.deepcopy(painter.unet).to(DEVICE)
    torch.manual_seed(0)
    student = copy.deepcopy(teacher).train().requires_grad_(True)
    ema = Ema(student)

    def watch(training_step: int) -> None:
        painter.unet = round_weights(copy.deepcopy(ema.net).cpu(), int8=True)
        for gate in few:
            gate(painter, f"{PART}-{training_step}")

    fit(PART, student, Distillation(teacher, student, asked).loss, TRAINING, peak=8e-4, ema=ema, save_every=500, watch=watch)
    finish(PART, net=ema.net.cpu().state_dict())


def gates(**sampled: float) -> tuple[Gate, Gate]:
    return Gate(384, **sampled), GateOfTwo(192, **sampled)


def load_few_steps() -> UNet:
    """The denoiser of few steps."""
    net = UNet().eval().requires_grad_(False)
    net.load_state_dict(result(PART)["net"])
    return net


def main() -> None:
    if not done(PART):
        train()
