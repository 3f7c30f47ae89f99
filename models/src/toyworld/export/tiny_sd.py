"""Makes a Stable Diffusion pipeline with random weights in Optimum's ONNX layout, and what diffusers draws with it.

    python -m toyworld.export.tiny_sd OUT      (needs `models/setup sd`)

OUT/bundle is a bundle for the image generator, with a check.json; OUT/fixtures holds, for three schedulers, the picture that diffusers made
from the same weights. It proves that the runtime reads real exports, not only the built-in family.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler,
                       StableDiffusionPipeline, UNet2DConditionModel)
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from .layout import seal, write_json

PROMPT, STEPS, GUIDANCE, SIDE, LENGTH = "A small red bell, at the top left!", 10, 7.5, 64, 77
START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = "a small large red green blue bell drum bird car cat dog star at the top left bottom right by day night on sand grey"


def clip_tokenizer() -> Tokenizer:
    """CLIP's own recipe (lower case, its splitting pattern, byte-level BPE with word ends), with a small vocabulary."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=END))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.BPEDecoder("</w>")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trained = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    trained.normalizer, trained.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    trained.train_from_iterator([WORDS] * 10, trainers.BpeTrainer(vocab_size=400, end_of_word_suffix="</w>", show_progress=False))
    merges = [tuple(m) for m in json.loads(trained.to_str())["model"]["merges"]]
    # CLIP's order: all bytes, all bytes that end a word, the merges, then the special tokens.
    words = alphabet + [a + "</w>" for a in alphabet]
    words += [joined for joined in dict.fromkeys(a + b for a, b in merges) if joined not in set(words)]
    vocabulary = {word: i for i, word in enumerate([*words, START, END])}
    tokenizer.model = models.BPE(vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", unk_token=END)
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.RobertaProcessing((END, vocabulary[END]), (START, vocabulary[START]), False, False)
    return tokenizer


def pipeline() -> StableDiffusionPipeline:
    torch.manual_seed(0)
    fast = PreTrainedTokenizerFast(tokenizer_object=clip_tokenizer(), bos_token=START, eos_token=END, unk_token=END, pad_token=END,
                                   model_max_length=LENGTH)
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=LENGTH, bos_token_id=fast.bos_token_id, eos_token_id=fast.eos_token_id, pad_token_id=fast.pad_token_id))
    unet = UNet2DConditionModel(
        sample_size=SIDE // 8, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(32, 64), norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32, attention_head_dim=8)
    vae = AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, sample_size=SIDE, block_out_channels=(16, 16, 32, 32), norm_num_groups=8,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                              set_alpha_to_one=False, steps_offset=1)
    made = StableDiffusionPipeline(vae=vae.eval(), text_encoder=text.eval(), tokenizer=fast, unet=unet.eval(), scheduler=scheduler,
                                   safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    made.set_progress_bar_config(disable=True)
    return made


class Plain(nn.Module):
    """A network with tensors in and tensors out."""

    def __init__(self, net: nn.Module, call):
        super().__init__()
        self.net, self.call = net, call

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.call(self.net, *inputs)


def export(made: StableDiffusionPipeline, folder: Path) -> None:
    def write(part: str, net: nn.Module, call, args: tuple[Tensor, ...], inputs: list[str], outputs: list[str], axes: dict) -> None:
        (folder / part).mkdir(parents=True, exist_ok=True)
        torch.onnx.export(Plain(net, call).eval(), args, str(folder / part / "model.onnx"), input_names=inputs, output_names=outputs,
                          dynamic_axes=axes, opset_version=17, dynamo=False)
        net.config.to_json_file(folder / part / "config.json") if hasattr(net.config, "to_json_file") else net.save_config(folder / part)

    ids = torch.ones(2, LENGTH, dtype=torch.int32)
    write("text_encoder", made.text_encoder, lambda net, i: tuple(net(i.long(), return_dict=False)[:2]), (ids,), ["input_ids"],
          ["last_hidden_state", "pooler_output"],
          {"input_ids": {0: "batch", 1: "sequence"}, "last_hidden_state": {0: "batch", 1: "sequence"}, "pooler_output": {0: "batch"}})
    sample, grid = torch.zeros(2, 4, SIDE // 8, SIDE // 8), {0: "batch", 2: "height", 3: "width"}
    write("unet", made.unet, lambda net, x, t, c: net(x, t, c, return_dict=False)[0], (sample, torch.tensor(1), torch.zeros(2, LENGTH, 32)),
          ["sample", "timestep", "encoder_hidden_states"], ["out_sample"],
          {"sample": grid, "encoder_hidden_states": {0: "batch", 1: "sequence"}, "out_sample": grid})
    write("vae_decoder", made.vae, lambda net, z: net.decode(z, return_dict=False)[0], (sample,), ["latent_sample"], ["sample"],
          {"latent_sample": grid, "sample": grid})
    made.tokenizer.save_pretrained(folder / "tokenizer")
    settings = folder / "tokenizer/tokenizer_config.json"  # under the class name that real exports have
    write_json(settings, json.loads(settings.read_text()) | {"tokenizer_class": "CLIPTokenizer"})
    made.scheduler.save_pretrained(folder / "scheduler")
    index = json.loads(made.to_json_string()) | {"vae_decoder": ["diffusers", "OnnxRuntimeModel"]}
    write_json(folder / "model_index.json", index)


def finish(folder: Path) -> None:
    seal(folder, "modality_generator", "2.0.0", bundle="tiny-sd", modality="image", precision="fp32", accepts=f"tiny-sd-cond-{LENGTH}x32",
         pipeline={"guidance_scale": GUIDANCE, "num_inference_steps": STEPS, "max_inference_steps": 100,
                   "sizes": [f"{SIDE}x{SIDE}"], "size": f"{SIDE}x{SIDE}"})


@torch.no_grad()
def fixtures(made: StableDiffusionPipeline, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    positive, negative = made.encode_prompt(PROMPT, "cpu", 1, True, "")
    latents = torch.randn(1, 4, SIDE // 8, SIDE // 8, generator=torch.Generator().manual_seed(1))
    tensors = {"input_ids": made.tokenizer(PROMPT, padding="max_length", truncation=True, return_tensors="pt").input_ids,
               "prompt_embeds": positive, "negative_prompt_embeds": negative, "initial_latents": latents}
    ddim = made.scheduler.config
    schedulers = {"ddim": DDIMScheduler.from_config(ddim), "euler": EulerDiscreteScheduler.from_config(ddim),
                  "dpmsolver++": DPMSolverMultistepScheduler.from_config(ddim)}
    for name, scheduler in schedulers.items():
        made.scheduler = scheduler
        ask = dict(prompt_embeds=positive, negative_prompt_embeds=negative, latents=latents.clone(), height=SIDE, width=SIDE,
                   num_inference_steps=STEPS, guidance_scale=GUIDANCE)
        tensors[f"{name}.latents"] = made(**ask, output_type="latent").images
        picture = made(**ask, output_type="np").images[0]
        tensors[f"{name}.picture"] = torch.from_numpy(np.round(picture * 255).astype(np.uint8))
        scheduler.save_pretrained(folder / name)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "tiny-sd.safetensors",
              {"prompt": PROMPT, "steps": str(STEPS), "guidance_scale": str(GUIDANCE), "note": "pictures are uint8 [H, W, 3]"})


def check(folder: Path, fixtures: Path) -> None:
    """The bundle's check.json, of the picture that diffusers made with the bundle's own scheduler."""
    made = load_file(fixtures / "tiny-sd.safetensors")
    (folder / "check").mkdir(exist_ok=True)
    save_file({"condition": made["prompt_embeds"], "noise": made["initial_latents"], "latents": made["ddim.latents"],
               "pixels": made["ddim.picture"]}, folder / "check/ddim.safetensors")
    write_json(folder / "check.json", {"reference": f"diffusers {diffusers.__version__}", "samples": [
        {"tensors": "check/ddim.safetensors", "num_inference_steps": STEPS, "guidance_scale": GUIDANCE, "size": f"{SIDE}x{SIDE}"}]})


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = Path(sys.argv[1])
    made = pipeline()
    export(made, out / "bundle")
    fixtures(made, out / "fixtures")
    check(out / "bundle", out / "fixtures")
    finish(out / "bundle")


if __name__ == "__main__":
    main()
