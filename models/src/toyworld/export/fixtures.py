"""Parity fixtures: what torch computes with exactly the exported weights, stage by stage."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from ..evaluate.media import frames_of, mp4, samples_of, wav
from ..nets.diffusion import ddim
from ..train.tokenizer import tokenizer
from ..world.captions import caption
from ..world.film import Film, film_caption, render_film
from ..world.logmel import log_mel
from ..world.render import contact_sheet, render
from ..world.scene import single
from ..world.sequence import Encoder
from ..world.sound import Sound, sound_caption
from ..world.synth import synthesize
from ..world.tokenizer import ids
from ..world.turns import user
from .family import Family
from .generators import Generator, sampling
from .layout import LATENTS

SCENE = single(0, 0, 4, 1, 0)  # a large red bell in the middle by day
SOUND = Sound(0, 0, 1)  # the low fast sound of a bell
FILM = Film(0, 0, 0, 0)  # a red bell moving left by day
REQUEST = "draw a small red bell at the top left by day"


def _save(folder: Path, name: str, tensors: dict[str, Tensor], **texts: object) -> None:
    metadata = {key: value if isinstance(value, str) else json.dumps(value) for key, value in texts.items()}
    path = folder / f"{name}.safetensors"
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata)
    path.chmod(0o644)


def padded(generator: Generator, text: str, length: int = 16) -> Tensor:
    row = generator.tokenizer_of().encode(text, add_special_tokens=False).ids[:length]
    return torch.tensor([row + [0] * (length - len(row))])


def write_media(folder: Path) -> None:
    """The files that encoders read. Another run may write the film in other bytes."""
    Image.fromarray(render(SCENE, np.random.default_rng(7))).save(folder / "bell.png", optimize=True)
    (folder / "bell.wav").write_bytes(wav(synthesize(SOUND, np.random.default_rng(7))))
    (folder / "bell.mp4").write_bytes(mp4(render_film(FILM, np.random.default_rng(7))))


def inputs(folder: Path) -> dict[str, tuple[Tensor, dict[str, Tensor], dict[str, str]]]:
    """For each modality: the encoder's input, what of it is kept in the fixture, and the file that it is read from."""
    picture = np.asarray(Image.open(folder / "bell.png").convert("RGB"))
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255 * 2 - 1
    mels = torch.from_numpy(log_mel(samples_of((folder / "bell.wav").read_bytes())[None]))
    frames = torch.from_numpy(frames_of((folder / "bell.mp4").read_bytes())[::2].copy()).permute(0, 3, 1, 2)[None]
    return {"image": (pixels, {"pixel_values": pixels[:, :, ::4, ::4]}, {"file": "bell.png", "text": caption(SCENE), "note": "pixel_values holds every fourth pixel of every fourth row"}),
            "audio": (mels, {"input_features": mels}, {"file": "bell.wav", "text": sound_caption(SOUND)}),
            "video": (frames.float() / 255 * 2 - 1, {"frames": frames}, {"file": "bell.mp4", "text": film_caption(FILM), "note": "frames are bytes; pixel_values = frames / 127.5 - 1"})}


def pixels_of(generator: Generator, latents: Tensor) -> Tensor:
    """[frames, height, width, 3] of eight bits."""
    frames = latents.transpose(1, 2).flatten(0, 1) if latents.dim() == 5 else latents
    return ((generator.decoder(frames) / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1)


@torch.no_grad()
def write(family: Family, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_media(folder)
    random = torch.Generator().manual_seed(7)
    for m, (x, kept, about) in inputs(folder).items():
        features, embedding = family.encoders[m](x)
        _save(folder, f"encoder-{m}", kept | {"last_hidden_state": features, f"{m}_embeds": embedding}, **about)
        _save(folder, f"input-projector-{m}", {"projected": family.input_projectors[m](features)},
              note=f"its input is last_hidden_state of encoder-{m}")

    text = caption(SCENE)
    row = torch.tensor([ids(tokenizer(), text)])
    _save(folder, "encoder-text", {"input_ids": row, "attention_mask": torch.ones_like(row),
                                   "text_embeds": family.text_tower(row, torch.ones_like(row))}, text=text)

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
    for m, net in family.output_projectors.items():
        _save(folder, f"output-projector-{m}", {"signals": states, "condition": net(states)})
    for m, (_, _, about) in inputs(folder).items():
        _generator(family.generators[m], m, str(about["text"]), folder, random)


def _generator(generator: Generator, modality: str, text: str, folder: Path, random: torch.Generator) -> None:
    """Each part of a pipeline, and the whole of it: from noise and τ(text) to the medium."""
    words = torch.cat([padded(generator, text), padded(generator, "")])
    tau, shape = generator.condition(words), LATENTS[modality]
    _save(folder, f"text-encoder-{modality}", {"input_ids": words, "last_hidden_state": tau}, texts=[text, ""])
    sample, timestep = torch.randn(2, *shape, generator=random), torch.tensor([999, 449])
    _save(folder, f"unet-{modality}", {"sample": sample, "timestep": timestep, "encoder_hidden_states": tau,
                                       "out_sample": generator.unet(sample, timestep, tau)})
    noise = torch.randn(1, *shape, generator=random)
    asked = sampling(f"generator-{modality}")
    steps, guidance = asked["num_inference_steps"], asked["guidance_scale"]
    final = ddim(generator.unet, noise, tau[:1], tau[1:], guidance, steps)
    tensors = {"initial_latents": noise, "condition": tau[:1], "negative": tau[1:], "final_latents": final}
    about: dict[str, object] = {"text": text, "steps": steps, "guidance_scale": guidance}
    if generator.vocoder is not None:
        sample = generator.decoder(final)
        tensors |= {"mel": sample, "waveform": generator.vocoder(sample[:, 0])}
    else:
        pixels = pixels_of(generator, final).numpy()
        about["picture"] = f"pipeline-{modality}.png"
        Image.fromarray(contact_sheet(pixels, len(pixels))).save(folder / about["picture"], optimize=True)
    _save(folder, f"pipeline-{modality}", tensors, **about)


def greedy(net, prompt: Tensor, limit: int = 96) -> tuple[list[int], Tensor]:
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
