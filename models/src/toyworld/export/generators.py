"""The generators as they are exported, and their bundles: diffusers' pipelines in Optimum's ONNX layout."""
from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from ..nets.condition import LENGTH, WIDTH
from ..nets.diffusion import FEW_STEPS, GUIDANCE
from ..world.film import FPS, FRAMES, SIDE as FILM_SIDE
from ..world.render import SIDE
from ..world.tokenizer import PAD, SPECIAL
from . import onnx_file
from .layout import CONDITIONS, LATENTS, TEACHER, VERSIONS, batched, fresh, seal, write_json

SCHEDULER = {
    "_class_name": "DDIMScheduler", "_diffusers_version": "0.42.1", "num_train_timesteps": 1000,
    "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "squaredcos_cap_v2", "trained_betas": None,
    "prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": False, "clip_sample_range": 1.0,
    "set_alpha_to_one": True, "steps_offset": 0, "thresholding": False, "dynamic_thresholding_ratio": 0.995,
    "sample_max_value": 1.0, "rescale_betas_zero_snr": False}


class Decoder(nn.Module):
    """An autoencoder's decoder behind the latents' mean and deviation, so that `scaling_factor` is 1."""

    def __init__(self, decoder: nn.Module, mean: Tensor, std: Tensor):
        super().__init__()
        self.decoder = decoder
        self.register_buffer("mean", mean.view(1, -1, 1, 1))
        self.register_buffer("std", std.view(1, -1, 1, 1))

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.decoder(latent_sample * self.std + self.mean)


@dataclass
class Generator:
    """A diffusion pipeline: its own text encoder τ, the denoiser, and the decoder of its latents."""
    condition: nn.Module
    unet: nn.Module
    decoder: nn.Module
    tokenizer: Path
    vocoder: nn.Module | None = None

    def tokenizer_of(self) -> Tokenizer:
        return Tokenizer.from_file(str(self.tokenizer))

    def each(self) -> list[tuple[str, nn.Module]]:
        return [(name, net) for name, net in (("text_encoder", self.condition), ("unet", self.unet), ("vae_decoder", self.decoder),
                                              ("vocoder", self.vocoder)) if net is not None]


def model_index(folder: Path, pipeline: str, **more: list[str]) -> None:
    optimum = "optimum.onnxruntime.modeling_diffusion"
    write_json(folder / "model_index.json", {
        "_class_name": pipeline, "_diffusers_version": "0.42.1", "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": [optimum, "ORTTextEncoder"], "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
        "unet": [optimum, "ORTUnet"], "vae_decoder": [optimum, "ORTVaeDecoder"], **more})


def text_side(generator: Generator, folder: Path) -> None:
    """The text encoder and its tokenizer."""
    onnx_file.write(generator.condition, folder / "text_encoder/model.onnx", (torch.ones(2, LENGTH, dtype=torch.long),), ["input_ids"],
                    ["last_hidden_state"], batched("input_ids", "last_hidden_state"))
    write_json(folder / "text_encoder/config.json", {
        "model_type": "toyworld_condition_encoder", "hidden_size": WIDTH, "max_position_embeddings": LENGTH,
        "vocab_size": generator.condition.words.num_embeddings, "pad_token_id": PAD})
    (folder / "tokenizer").mkdir()
    shutil.copy(generator.tokenizer, folder / "tokenizer/tokenizer.json")
    write_json(folder / "tokenizer/tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": LENGTH, "pad_token": SPECIAL[PAD], "padding_side": "right",
        "truncation_side": "right", "clean_up_tokenization_spaces": False})


def denoiser(unet: nn.Module, folder: Path, latents: tuple[int, ...], name: str, **more: object) -> None:
    write_json(folder / "scheduler/scheduler_config.json", SCHEDULER)
    args = torch.zeros(2, *latents), torch.tensor([1, 2]), torch.zeros(2, LENGTH, WIDTH)
    names = ["sample", "timestep", "encoder_hidden_states"]
    onnx_file.write(unet, folder / "unet/model.onnx", args, names, ["out_sample"], batched(*names, "out_sample"))
    write_json(folder / "unet/config.json", {"_class_name": name, "in_channels": latents[0], "out_channels": latents[0],
                                             "sample_size": latents[-1] if latents[-1] == latents[-2] else list(latents[-2:]), "cross_attention_dim": WIDTH, "time_cond_proj_dim": None, **more})


def latent_decoder(decoder: nn.Module, folder: Path, latents: Tensor, channels: int, side: int | list[int]) -> None:
    onnx_file.write(decoder, folder / "vae_decoder/model.onnx", (latents,), ["latent_sample"], ["sample"], batched("latent_sample", "sample"))
    write_json(folder / "vae_decoder/config.json", {
        "_class_name": "AutoencoderKL", "in_channels": channels, "out_channels": channels, "latent_channels": latents.shape[1],
        "sample_size": side, "block_out_channels": [64, 64, 64, 64], "scaling_factor": 1.0, "shift_factor": None, "force_upcast": False})


def sampling(bundle: str) -> dict:
    """How a generator's media are sampled if a request doesn't say, and what a request may say."""
    if bundle == "generator-image":
        return {"guidance_scale": 1.0, "max_guidance_scale": 1.0, "num_inference_steps": FEW_STEPS, "max_inference_steps": FEW_STEPS}
    modality = "image" if bundle == TEACHER else bundle.removeprefix("generator-")
    return {"guidance_scale": GUIDANCE[modality], "num_inference_steps": 20, "max_inference_steps": 100}


def pipeline(bundle: str, size: int) -> dict:
    return {**sampling(bundle), "sizes": [f"{size}x{size}"], "size": f"{size}x{size}"}


def generator_image(generator: Generator, folder: Path) -> None:
    fresh(folder)
    model_index(folder, "StableDiffusionPipeline")
    text_side(generator, folder)
    denoiser(generator.unet, folder, LATENTS["image"], "ToyworldUNet")
    latent_decoder(generator.decoder, folder, torch.zeros(2, *LATENTS["image"]), 3, SIDE)
    seal(folder, "modality_generator", VERSIONS[folder.name], modality="image", accepts=CONDITIONS["image"],
         pipeline=pipeline(folder.name, SIDE))


def generator_video(generator: Generator, folder: Path) -> None:
    fresh(folder)
    model_index(folder, "TextToVideoSDPipeline")
    text_side(generator, folder)
    channels, frames, height, width = LATENTS["video"]
    denoiser(generator.unet, folder, LATENTS["video"], "ToyworldUNet3D", num_frames=frames)
    latent_decoder(generator.decoder, folder, torch.zeros(2, channels, height, width), 3, FILM_SIDE)
    seal(folder, "modality_generator", VERSIONS["generator-video"], modality="video", accepts=CONDITIONS["video"],
         pipeline={**pipeline("generator-video", FILM_SIDE), "num_frames": FRAMES, "fps": FPS})
