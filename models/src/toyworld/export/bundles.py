"""Writes the bundles of the family, as docs/bundles.md describes them, and the judges beside them."""
from __future__ import annotations

import shutil
from pathlib import Path

import torch

from ..nets import backbone as bb
from ..nets.encoders import FRAMES, TEXT_LENGTH
from ..world.film import FILM_ATTRIBUTES, SIDE as FILM_SIDE
from ..world.logmel import EXTRACTOR
from ..world.render import SIDE
from ..world.scene import ATTRIBUTES
from ..world.sequence import ROLES, SUFFIX
from ..world.sound import SOUND_ATTRIBUTES
from ..world.tokenizer import BEGIN, END, MARKS, PAD, SIGNALS, SPECIAL
from . import onnx_file
from .family import Family, Step, Words
from .generators import generator_image, generator_video
from .layout import (CONDITIONS, FEATURES, JOINT_SPACE, LLM, MEDIA_INPUTS, SIGNAL_SPACES, VERSIONS, TEACHER, batched, fresh, link_to_same, seal, write_json)
from .sound import generator_audio


def frames_config(side: int) -> dict:
    """What a Hugging Face image processor does to make `pixel_values` in [-1, 1]."""
    return {"do_convert_rgb": True, "do_resize": True, "size": {"height": side, "width": side}, "resample": 3, "do_center_crop": False,
            "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}


PREPROCESS = {
    "image": ("pixel_values", "preprocessor_config.json", {"image_processor_type": "CLIPImageProcessor", **frames_config(SIDE)}),
    "audio": ("input_features", "preprocessor_config.json", EXTRACTOR),
    "video": ("pixel_values", "video_preprocessor_config.json",
              {"video_processor_type": "VideoMAEVideoProcessor", "do_sample_frames": True, "num_frames": FRAMES, **frames_config(FILM_SIDE)})}


def encoder(family: Family, folder: Path, tokenizer: Path) -> None:
    fresh(folder)
    modalities: dict[str, dict] = {}
    for m, net in family.encoders.items():
        name, config, content = PREPROCESS[m]
        onnx_file.write(net, folder / m / "model.onnx", (torch.zeros(2, *MEDIA_INPUTS["encoder"][m]),), [name],
                        ["last_hidden_state", f"{m}_embeds"], batched(name, "last_hidden_state", f"{m}_embeds"))
        write_json(folder / m / config, content)
        modalities[m] = {"model": f"{m}/model.onnx", "input": name, "preprocess": f"{m}/{config}",
                         "features": {"output": "last_hidden_state", "space": FEATURES[m]},
                         "embedding": {"output": f"{m}_embeds", "space": JOINT_SPACE}}
    ids = torch.ones(2, 7, dtype=torch.long)
    onnx_file.write(family.text_tower, folder / "text/model.onnx", (ids, ids), ["input_ids", "attention_mask"], ["text_embeds"],
                    {"input_ids": {0: "batch", 1: "sequence"}, "attention_mask": {0: "batch", 1: "sequence"}, "text_embeds": {0: "batch"}})
    shutil.copy(tokenizer, folder / "text/tokenizer.json")
    modalities["text"] = {"model": "text/model.onnx", "input": "input_ids", "attention_mask": "attention_mask",
                          "tokenizer": "text/tokenizer.json", "max_length": TEXT_LENGTH,
                          "embedding": {"output": "text_embeds", "space": JOINT_SPACE}}
    seal(folder, "modality_encoder", VERSIONS["encoder"], modalities=modalities)


def projector(component: str, nets: dict, folder: Path, names: tuple[str, str], spaces: tuple[dict[str, str], dict[str, str]]) -> None:
    """One of the two projectors: a graph a modality."""
    fresh(folder)
    modalities = {}
    for m, net in nets.items():
        onnx_file.write(net, folder / m / "model.onnx", (torch.zeros(2, *MEDIA_INPUTS[folder.name][m]),), [names[0]], [names[1]], batched(*names))
        modalities[m] = {"model": f"{m}/model.onnx", "input": names[0], "output": names[1], "accepts": spaces[0][m], "produces": spaces[1][m]}
    seal(folder, component, VERSIONS[folder.name], modalities=modalities)


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
            "context_length": bb.CONTEXT, "vocab_size": family.backbone.words.num_embeddings,
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
    seal(folder, "llm_backbone", VERSIONS["backbone"], accepts=[LLM],
         prompt={"begin": SPECIAL[BEGIN], "roles": {role: {"prefix": prefix, "suffix": SUFFIX} for role, prefix in ROLES.items()},
                 "media": {m: {"open": opened, "close": closed} for m, (opened, closed) in MARKS.items()}},
         stop=[SUFFIX],
         signals={m: {"tokens": list(tokens), "offset": 0, "forced": True, "produces": SIGNAL_SPACES[m]} for m, tokens in SIGNALS.items()})


def judge(net: torch.nn.Module, folder: Path, modality: str) -> None:
    name, outputs = {"image": ("pictures", ATTRIBUTES), "audio": ("features", SOUND_ATTRIBUTES), "video": ("frames", FILM_ATTRIBUTES)}[modality]
    onnx_file.write(net, folder / "model.onnx", (torch.zeros(2, *MEDIA_INPUTS["judge"][modality]),), [name], list(outputs),
                    batched(name, *outputs))


def write_language(family: Family, out: Path, tokenizer: Path) -> None:
    """The backbone and the projectors: what the language part trains."""
    llm = dict.fromkeys(SIGNALS, LLM)
    projector("input_projector", family.input_projectors, out / "input-projector", ("features", "projected"), (FEATURES, llm))
    backbone(family, out / "backbone", tokenizer)
    projector("output_projector", family.output_projectors, out / "output-projector", ("signals", "condition"), (SIGNAL_SPACES, CONDITIONS))


def write_pictures(family: Family, out: Path) -> None:
    """The picture generator and the one that it was distilled from, which links to what they share."""
    generator_image(family.generators["image"], out / "generator-image")
    generator_image(family.teacher, out / TEACHER)
    link_to_same(out / TEACHER, out / "generator-image")


def write_all(family: Family, out: Path, tokenizer: Path) -> None:
    encoder(family, out / "encoder", tokenizer)
    write_language(family, out, tokenizer)
    write_pictures(family, out)
    generator_audio(family.generators["audio"], out / "generator-audio")
    generator_video(family.generators["video"], out / "generator-video")
