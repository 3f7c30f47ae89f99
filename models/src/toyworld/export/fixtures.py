"""Parity fixtures: what torch computes with exactly the exported weights, stage by stage."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from ..nets.diffusion import ddim
from ..train.tokenizer import tokenizer
from ..world.captions import caption
from ..world.dialogue import user
from ..world.render import render
from ..world.scene import single
from ..world.sequence import Encoder
from ..world.tokenizer import ids
from .family import Family

SCENE = single(0, 0, 4, 1, 0)  # a large red bell in the middle by day
REQUEST = "draw a small red bell at the top left by day"


def _save(folder: Path, name: str, tensors: dict[str, Tensor], **texts: object) -> None:
    metadata = {key: value if isinstance(value, str) else json.dumps(value) for key, value in texts.items()}
    path = folder / f"{name}.safetensors"
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata)
    path.chmod(0o644)


def padded(text: str, length: int = 16) -> Tensor:
    row = ids(tokenizer(), text)[:length]
    return torch.tensor([row + [0] * (length - len(row))])


@torch.no_grad()
def write(family: Family, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = torch.Generator().manual_seed(7)
    picture = render(SCENE, np.random.default_rng(7))
    Image.fromarray(picture).save(folder / "bell.png", optimize=True)
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255 * 2 - 1
    features, embedding = family.image_encoder(pixels)
    _save(folder, "encoder-image", {"pixel_values": pixels[:, :, ::4, ::4], "last_hidden_state": features, "image_embeds": embedding},
          file="bell.png", scene=caption(SCENE), note="pixel_values holds every fourth pixel of every fourth row")

    text = caption(SCENE)
    row = torch.tensor([ids(tokenizer(), text)])
    _save(folder, "encoder-text", {"input_ids": row, "attention_mask": torch.ones_like(row),
                                   "text_embeds": family.text_tower(row, torch.ones_like(row))}, text=text)

    _save(folder, "input-projector", {"projected": family.input_projector(features)},
          note="its input is last_hidden_state of encoder-image")

    # The backbone: a prompt in one run, then two decode steps on its cache.
    prompt = torch.tensor([Encoder(tokenizer())((user(REQUEST),), open_answer=True).ids])
    count, net = prompt.shape[1], family.backbone
    embeds = net.embed(prompt)
    hidden, past = net(embeds, torch.ones_like(prompt), torch.arange(count)[None])
    tensors = {"prompt_ids": prompt, "prompt_embeds": embeds, "prefill.logits": net.logits(hidden), "prefill.hidden_states": hidden}
    for step in range(2):
        token = net.logits(hidden)[:, -1].argmax(-1, keepdim=True)
        hidden, past = net(net.embed(token), torch.ones(1, count + step + 1), torch.tensor([[count + step]]), past)
        tensors |= {f"step{step}.token": token, f"step{step}.logits": net.logits(hidden), f"step{step}.hidden_states": hidden}
    tensors["prefill.logits"] = tensors["prefill.logits"][:, -1:]
    _save(folder, "backbone", tensors, prompt=REQUEST, note="prefill.logits are those of the last position")

    # The whole answer, greedily: what the mesh must write for this request.
    written, states = greedy(net, prompt)
    _save(folder, "answer", {"prompt_ids": prompt, "answer_ids": torch.tensor([written]), "signals": states}, prompt=REQUEST,
          text=tokenizer().decode(written))
    _save(folder, "output-projector", {"signals": states, "condition": family.output_projector(states)})

    words = torch.cat([padded(text), padded("")])
    tau = family.condition(words)
    _save(folder, "text-encoder", {"input_ids": words, "last_hidden_state": tau}, texts=[text, ""])

    sample = torch.randn(2, 4, 16, 16, generator=random)
    timestep = torch.tensor([999, 449])
    both = torch.cat([tau[:1], tau[1:]])
    _save(folder, "unet", {"sample": sample, "timestep": timestep, "encoder_hidden_states": both,
                           "out_sample": family.unet(sample, timestep, both)})
    latents = torch.randn(1, 4, 16, 16, generator=random)
    _save(folder, "vae-decoder", {"latent_sample": latents, "sample": family.decoder(latents)[:, :, ::4, ::4]},
          note="sample holds every fourth pixel of every fourth row")

    noise = torch.randn(1, 4, 16, 16, generator=random)
    final = ddim(family.unet, noise, tau[:1], tau[1:])
    image = ((family.decoder(final) / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)[0].permute(1, 2, 0)
    Image.fromarray(image.numpy()).save(folder / "pipeline.png", optimize=True)
    _save(folder, "pipeline", {"initial_latents": noise, "condition": tau[:1], "negative": tau[1:], "final_latents": final},
          text=text, picture="pipeline.png", steps=20, guidance_scale=3.0)


def greedy(net, prompt: Tensor, limit: int = 64) -> tuple[list[int], Tensor]:
    """The most likely answer, and the states at its signals (zeros if it has none)."""
    end, first = 2, tokenizer().token_to_id("[IMG0]")
    row, written = prompt, []
    while len(written) < limit and (not written or written[-1] != end):
        hidden, _ = net(net.embed(row), torch.ones_like(row), torch.arange(row.shape[1])[None])
        written.append(int(net.logits(hidden)[0, -1].argmax()))
        row = torch.cat([row, torch.tensor([[written[-1]]])], 1)
    hidden, _ = net(net.embed(row), torch.ones_like(row), torch.arange(row.shape[1])[None])
    run = list(range(first, first + 4))
    for i in range(len(written) - 3):
        if written[i:i + 4] == run:
            at = prompt.shape[1] + i
            return written, hidden[:, at:at + 4]
    return written, hidden[:, -4:]
