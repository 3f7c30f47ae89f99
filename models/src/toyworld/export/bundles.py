"""Writes the five bundles of the family, as docs/bundles.md describes them, and the judge beside them."""
from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import torch

from ..nets import backbone as bb
from ..nets.condition import LENGTH, WIDTH
from ..nets.encoders import JOINT, TEXT_LENGTH
from ..world.render import SIDE
from ..world.scene import ATTRIBUTES
from ..world.sequence import CLOSE, OPEN, ROLES, SUFFIX
from ..world.tokenizer import BEGIN, END, IMAGE_SIGNALS, PAD, SPECIAL, VOCABULARY
from . import onnx_file
from .family import Family, Step, Words

VERSION = "1.0.0"
FEATURES, LLM, JOINT_SPACE = "toyworld-image-64x128", f"toyworld-llm-{bb.WIDTH}", f"toyworld-joint-{JOINT}"
SIGNALS = f"toyworld-signal-image-{len(IMAGE_SIGNALS)}x{bb.WIDTH}"
CONDITION = f"toyworld-cond-{LENGTH}x{WIDTH}"


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def seal(folder: Path, component: str, **keys: object) -> None:
    """Writes the manifest, with the checksum of every other file of the bundle."""
    files = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
             for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "manifest.json"}
    write_json(folder / "manifest.json", {
        **{"schema": 1, "bundle": "toyworld", "version": VERSION, "component": component,
           "precision": "fp16-initializers", "license": "Apache-2.0"}, **keys, "files": files})


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def encoder(family: Family, folder: Path, tokenizer: Path) -> None:
    fresh(folder)
    onnx_file.write(family.image_encoder, folder / "image/model.onnx", (torch.zeros(2, 3, SIDE, SIDE),), ["pixel_values"],
                    ["last_hidden_state", "image_embeds"],
                    {name: {0: "batch"} for name in ("pixel_values", "last_hidden_state", "image_embeds")})
    write_json(folder / "image/preprocessor_config.json", {
        "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True,
        "do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 3, "do_center_crop": False,
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})
    ids = torch.ones(2, 7, dtype=torch.long)
    onnx_file.write(family.text_tower, folder / "text/model.onnx", (ids, ids), ["input_ids", "attention_mask"], ["text_embeds"],
                    {"input_ids": {0: "batch", 1: "sequence"}, "attention_mask": {0: "batch", 1: "sequence"}, "text_embeds": {0: "batch"}})
    shutil.copy(tokenizer, folder / "text/tokenizer.json")
    seal(folder, "modality_encoder", modalities={
        "image": {"model": "image/model.onnx", "input": "pixel_values", "preprocess": "image/preprocessor_config.json",
                  "features": {"output": "last_hidden_state", "space": FEATURES},
                  "embedding": {"output": "image_embeds", "space": JOINT_SPACE}},
        "text": {"model": "text/model.onnx", "input": "input_ids", "attention_mask": "attention_mask",
                 "tokenizer": "text/tokenizer.json", "max_length": TEXT_LENGTH,
                 "embedding": {"output": "text_embeds", "space": JOINT_SPACE}}})


def input_projector(family: Family, folder: Path) -> None:
    fresh(folder)
    onnx_file.write(family.input_projector, folder / "image/model.onnx", (torch.zeros(2, 64, 128),), ["features"], ["projected"],
                    {"features": {0: "batch"}, "projected": {0: "batch"}})
    seal(folder, "input_projector", modalities={
        "image": {"model": "image/model.onnx", "input": "features", "output": "projected", "accepts": FEATURES, "produces": LLM}})


def output_projector(family: Family, folder: Path) -> None:
    fresh(folder)
    onnx_file.write(family.output_projector, folder / "image/model.onnx", (torch.zeros(2, len(IMAGE_SIGNALS), bb.WIDTH),),
                    ["signals"], ["condition"], {"signals": {0: "batch"}, "condition": {0: "batch"}})
    seal(folder, "output_projector", modalities={
        "image": {"model": "image/model.onnx", "input": "signals", "output": "condition", "accepts": SIGNALS, "produces": CONDITION}})


def backbone(family: Family, folder: Path, tokenizer: Path) -> None:
    fresh(folder)
    b, s, p = 2, 3, 2
    past = [torch.zeros(b, bb.HEADS, p, bb.HEAD) for _ in range(2 * bb.LAYERS)]
    args = (torch.zeros(b, s, bb.WIDTH), torch.ones(b, p + s, dtype=torch.long),
            torch.arange(p, p + s).expand(b, s).contiguous(), *past)
    pasts = [f"past_key_values.{i}.{kind}" for i in range(bb.LAYERS) for kind in ("key", "value")]
    presents = [f"present.{i}.{kind}" for i in range(bb.LAYERS) for kind in ("key", "value")]
    axes = {name: {0: "batch", 1: "sequence"} for name in ("inputs_embeds", "position_ids", "logits", "hidden_states")}
    axes["attention_mask"] = {0: "batch", 1: "total"}
    axes |= {name: {0: "batch", 2: "past"} for name in pasts} | {name: {0: "batch", 2: "total"} for name in presents}
    onnx_file.write(Step(family.backbone), folder / "model.onnx", args, ["inputs_embeds", "attention_mask", "position_ids", *pasts],
                    ["logits", "hidden_states", *presents], axes)
    onnx_file.write(Words(family.backbone), folder / "embedding.onnx", (torch.ones(2, 3, dtype=torch.long),), ["input_ids"],
                    ["inputs_embeds"], {name: {0: "batch", 1: "sequence"} for name in ("input_ids", "inputs_embeds")})
    shutil.copy(tokenizer, folder / "tokenizer.json")
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": bb.CONTEXT, "bos_token": SPECIAL[BEGIN],
        "eos_token": SPECIAL[END], "pad_token": SPECIAL[PAD], "padding_side": "left", "clean_up_tokenization_spaces": False})
    write_json(folder / "genai_config.json", {
        "model": {
            "type": "toyworld", "bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": PAD,
            "context_length": bb.CONTEXT, "vocab_size": VOCABULARY,
            "decoder": {
                "filename": "model.onnx", "hidden_size": bb.WIDTH, "head_size": bb.HEAD, "num_attention_heads": bb.HEADS,
                "num_key_value_heads": bb.HEADS, "num_hidden_layers": bb.LAYERS,
                "inputs": {"inputs_embeds": "inputs_embeds", "attention_mask": "attention_mask", "position_ids": "position_ids",
                           "past_key_names": "past_key_values.%d.key", "past_value_names": "past_key_values.%d.value"},
                "outputs": {"logits": "logits", "hidden_states": "hidden_states",
                            "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"}},
            "embedding": {"filename": "embedding.onnx", "inputs": {"input_ids": "input_ids"}, "outputs": {"inputs_embeds": "inputs_embeds"}}},
        "search": {"max_length": bb.CONTEXT, "min_length": 0, "do_sample": False, "num_beams": 1, "top_k": 50, "top_p": 1.0,
                   "temperature": 1.0, "repetition_penalty": 1.0, "past_present_share_buffer": False}})
    seal(folder, "llm_backbone", accepts=[LLM],
         prompt={"begin": SPECIAL[BEGIN], "roles": {role: {"prefix": prefix, "suffix": SUFFIX} for role, prefix in ROLES.items()},
                 "media": {"image": {"open": OPEN, "close": CLOSE}}},
         stop=[SUFFIX],
         signals={"image": {"tokens": list(IMAGE_SIGNALS), "offset": 0, "forced": True, "produces": SIGNALS}})


def generator_image(family: Family, folder: Path, tokenizer: Path) -> None:
    fresh(folder)
    write_json(folder / "model_index.json", {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.42.1", "requires_safety_checker": False,
        "feature_extractor": [None, None], "safety_checker": [None, None], "image_encoder": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["optimum.onnxruntime.modeling_diffusion", "ORTTextEncoder"],
        "tokenizer": ["transformers", "PreTrainedTokenizerFast"], "unet": ["optimum.onnxruntime.modeling_diffusion", "ORTUnet"],
        "vae_decoder": ["optimum.onnxruntime.modeling_diffusion", "ORTVaeDecoder"]})
    write_json(folder / "scheduler/scheduler_config.json", {
        "_class_name": "DDIMScheduler", "_diffusers_version": "0.42.1", "num_train_timesteps": 1000,
        "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "squaredcos_cap_v2", "trained_betas": None,
        "prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": False, "clip_sample_range": 1.0,
        "set_alpha_to_one": True, "steps_offset": 0, "thresholding": False, "dynamic_thresholding_ratio": 0.995,
        "sample_max_value": 1.0, "rescale_betas_zero_snr": False})
    onnx_file.write(family.condition, folder / "text_encoder/model.onnx", (torch.ones(2, LENGTH, dtype=torch.long),), ["input_ids"],
                    ["last_hidden_state"], {"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}})
    write_json(folder / "text_encoder/config.json", {"model_type": "toyworld_condition_encoder", "hidden_size": WIDTH,
                                                     "max_position_embeddings": LENGTH, "vocab_size": VOCABULARY, "pad_token_id": PAD})
    args = torch.zeros(2, 4, 16, 16), torch.tensor([1, 2]), torch.zeros(2, LENGTH, WIDTH)
    names = ["sample", "timestep", "encoder_hidden_states"]
    onnx_file.write(family.unet, folder / "unet/model.onnx", args, names, ["out_sample"],
                    {name: {0: "batch"} for name in (*names, "out_sample")})
    write_json(folder / "unet/config.json", {"_class_name": "ToyworldUNet", "in_channels": 4, "out_channels": 4, "sample_size": 16,
                                             "cross_attention_dim": WIDTH, "time_cond_proj_dim": None})
    onnx_file.write(family.decoder, folder / "vae_decoder/model.onnx", (torch.zeros(2, 4, 16, 16),), ["latent_sample"], ["sample"],
                    {"latent_sample": {0: "batch"}, "sample": {0: "batch"}})
    write_json(folder / "vae_decoder/config.json", {
        "_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4, "sample_size": SIDE,
        "block_out_channels": [64, 64, 64, 64], "scaling_factor": 1.0, "shift_factor": None, "force_upcast": False})
    (folder / "tokenizer").mkdir()
    shutil.copy(tokenizer, folder / "tokenizer/tokenizer.json")
    write_json(folder / "tokenizer/tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": LENGTH, "pad_token": SPECIAL[PAD], "padding_side": "right",
        "truncation_side": "right", "clean_up_tokenization_spaces": False})
    seal(folder, "modality_generator", modality="image", accepts=CONDITION,
         pipeline={"guidance_scale": 3.0, "num_inference_steps": 20, "max_inference_steps": 100,
                   "sizes": [f"{SIDE}x{SIDE}"], "size": f"{SIDE}x{SIDE}"})


def judge(family: Family, folder: Path) -> None:
    fresh(folder)
    outputs = list(ATTRIBUTES)
    onnx_file.write(family.judge, folder / "model.onnx", (torch.zeros(2, 3, SIDE, SIDE),), ["pictures"], outputs,
                    {name: {0: "batch"} for name in ("pictures", *outputs)})


def write_all(family: Family, out: Path, tokenizer: Path) -> None:
    encoder(family, out / "encoder", tokenizer)
    input_projector(family, out / "input-projector")
    backbone(family, out / "backbone", tokenizer)
    output_projector(family, out / "output-projector")
    generator_image(family, out / "generator-image", tokenizer)
