# SPDX-License-Identifier: Apache-2.0
"""The other components in Python: encoder and input projector of pictures, output projector, and the generator that draws."""
from __future__ import annotations

import io

import numpy as np
from PIL import Image

from .bundles import Family


class Eyes:
    """Pictures to features [64, 128]."""

    def __init__(self, family: Family):
        modality = family.json("encoder/manifest.json")["modalities"]["image"]
        how = family.json("encoder/" + modality["preprocess"])
        self.graph, self.input, self.output = family.session("encoder/" + modality["model"]), modality["input"], modality["features"]["output"]
        self.size, self.resample = (how["size"]["width"], how["size"]["height"]), Image.Resampling(how["resample"])
        scale, mean, spread = how["rescale_factor"], np.array(how["image_mean"]), np.array(how["image_std"])
        self.factor, self.offset = (scale / spread).astype(np.float32), (-mean / spread).astype(np.float32)

    def pixels(self, file: bytes) -> np.ndarray:
        """A picture's file to [3, height, width]."""
        picture = Image.open(io.BytesIO(file)).convert("RGB")
        if picture.size != self.size:
            picture = picture.resize(self.size, self.resample)
        return np.ascontiguousarray((np.asarray(picture, np.float32) * self.factor + self.offset).transpose(2, 0, 1))

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """[n, 3, height, width] to [n, 64, 128]."""
        return self.graph.run([self.output], {self.input: pixels})[0]


class Projector:
    """One modality's graph of a projector, [n, …] to [n, …]."""

    def __init__(self, family: Family, side: str):
        modality = family.json(f"{side}-projector/manifest.json")["modalities"]["image"]
        self.graph, self.input, self.output = family.session(f"{side}-projector/{modality['model']}"), modality["input"], modality["output"]

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return self.graph.run([self.output], {self.input: rows})[0]


def png(pixels: np.ndarray) -> bytes:
    """[height, width, 3] of bytes, packed as fast as it can be."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


class Painter:
    """A generator's bundle: conditions [16, 128] to pictures, by DDIM with v-prediction and trailing timesteps, guided if its manifest says so."""

    def __init__(self, family: Family):
        folder = family.generator
        scheduler = family.json(f"{folder}/scheduler/scheduler_config.json")
        for key, value in {"_class_name": "DDIMScheduler", "prediction_type": "v_prediction", "timestep_spacing": "trailing",
                           "beta_schedule": "squaredcos_cap_v2", "clip_sample": False, "set_alpha_to_one": True}.items():
            if scheduler[key] != value:
                raise SystemExit(f"{folder}: a scheduler with {key} {scheduler[key]} is not drawn with here (expected: {value})")
        self.unet = family.session(f"{folder}/unet/model.onnx")
        self.vae = family.session(f"{folder}/vae_decoder/model.onnx")
        words = family.session(f"{folder}/text_encoder/model.onnx")
        length = words.get_inputs()[0].shape[1]
        self.unwanted = words.run(["last_hidden_state"], {"input_ids": np.zeros((1, length), np.int64)})[0]  # of no words, [1, 16, 128]
        pipeline = family.json(f"{folder}/manifest.json")["pipeline"]
        self.steps, self.guidance = pipeline["num_inference_steps"], np.float32(pipeline["guidance_scale"])
        self.shape = tuple(self.unet.get_inputs()[0].shape[1:])
        count = scheduler["num_train_timesteps"]
        bar = np.cos((np.arange(count + 1) / count + 0.008) / 1.008 * np.pi / 2) ** 2
        self.kept = np.cumprod(1 - np.minimum(1 - bar[1:] / bar[:-1], 0.999).astype(np.float32), dtype=np.float32)

    def noise(self, seeds: list[int]) -> np.ndarray:
        return np.stack([np.random.default_rng(seed).standard_normal(self.shape, np.float32) for seed in seeds])

    def denoise(self, conditions: np.ndarray, latents: np.ndarray, steps: int | None = None) -> np.ndarray:
        """[n, 16, 128] and noise [n, 4, 16, 16] to latents; all rows, unconditioned ones too, are one batch."""
        rows, count, steps = len(latents), len(self.kept), steps or self.steps
        guided = self.guidance > 1
        if guided:
            conditions = np.concatenate([np.repeat(self.unwanted, rows, 0), conditions])
        for i in range(steps):
            at, then = (round(count - j * count / steps) - 1 for j in (i, i + 1))
            said = self.said(np.concatenate([latents, latents]) if guided else latents, at, conditions)
            if guided:
                said = said[:rows] + self.guidance * (said[rows:] - said[:rows])
            now, next_ = self.kept[at], self.kept[then] if then >= 0 else np.float32(1)
            picture, noise = np.sqrt(now) * latents - np.sqrt(1 - now) * said, np.sqrt(now) * said + np.sqrt(1 - now) * latents
            latents = np.sqrt(next_) * picture + np.sqrt(1 - next_) * noise
        return latents

    def said(self, latents: np.ndarray, at: int, conditions: np.ndarray) -> np.ndarray:
        """One run of the denoiser."""
        return self.unet.run(["out_sample"], {"sample": latents, "timestep": np.full(len(latents), at, np.int64),
                                              "encoder_hidden_states": conditions})[0]

    def pixels(self, latents: np.ndarray) -> np.ndarray:
        """[n, 4, 16, 16] to bytes [n, height, width, 3]."""
        sample = self.vae.run(["sample"], {"latent_sample": latents})[0]
        return np.round(np.clip(sample / 2 + 0.5, 0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1)

    def paint(self, conditions: np.ndarray, seeds: list[int]) -> list[bytes]:
        return [png(picture) for picture in self.pixels(self.denoise(conditions, self.noise(seeds)))]
