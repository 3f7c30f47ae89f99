"""The picture generator of few steps: what it is trained to do, and what the committed one draws."""
import hashlib
import json
import random

import numpy as np
import torch
from conftest import BUNDLES, MODELS

from toyworld.evaluate.judge import Judges
from toyworld.evaluate.reference import Pipeline
from toyworld.nets.diffusion import add_noise, parts, step
from toyworld.train.few_steps import v_between
from toyworld.world.captions import caption
from toyworld.world.scene import sample_scene

FOLDER, TEACHER = BUNDLES / "generator-image", BUNDLES / "generator-image-2.0.0"


def test_a_step_with_the_true_v_is_the_same_picture_with_less_noise():
    x, noise, t, until = torch.randn(4, 4, 16, 16), torch.randn(4, 4, 16, 16), torch.tensor([999, 749, 499, 249]), torch.tensor([749, 499, 249, -1])
    noisy, v = add_noise(x, noise, t)
    landed = step(noisy, v, t, until)
    assert torch.allclose(landed[:3], add_noise(x, noise, until.clamp(min=0))[0][:3], atol=1e-5)
    assert torch.allclose(landed[3], x[3], atol=1e-5)
    assert parts(torch.tensor([-1]), 1)[0] == 1


def test_the_v_between_two_places_leads_from_the_one_to_the_other():
    x, landed, t, until = torch.randn(4, 4, 16, 16), torch.randn(4, 4, 16, 16), torch.tensor([999, 999, 499, 249]), torch.tensor([499, 749, -1, -1])
    assert torch.allclose(step(x, v_between(x, landed, t, until), t, until), landed, atol=1e-4)


def test_its_teacher_links_to_the_files_that_both_have():
    for folder, version, steps in ((FOLDER, "3.0.0", 2), (TEACHER, "2.0.0", 20)):
        manifest = json.loads((folder / "manifest.json").read_text())
        assert (manifest["version"], manifest["pipeline"]["num_inference_steps"]) == (version, steps)
        for name, checksum in manifest["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    its_own = {p.relative_to(TEACHER).as_posix() for p in TEACHER.rglob("*") if p.is_file() and not p.is_symlink()}
    assert its_own == {"manifest.json", "unet/model.onnx", "check.json", "check/image.safetensors"}


def test_it_draws_pairs_that_were_never_seen_in_two_steps_without_guidance():
    rng, pipeline = random.Random(5), Pipeline(FOLDER, 1)
    scenes = [sample_scene(rng, True) for _ in range(48)]
    noise = np.random.default_rng(5).standard_normal((len(scenes), *pipeline.latents), np.float32)
    pictures = pipeline.make(pipeline.condition([caption(s) for s in scenes]), noise)
    assert Judges(MODELS / "judges").right("image", pictures, scenes).all(1).mean() >= 0.95
