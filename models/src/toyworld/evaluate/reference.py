"""The whole path in a few lines of Python over the exported bundles: the reference that the mesh is compared with."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from ..world.film import SIDE as FILM_SIDE
from ..world.logmel import log_mel
from ..world.render import SIDE
from .chat import Message
from .judge import sized
from .media import Answer, value_of

LOOKS = 8  # frames of a film that the encoder sees

Array = np.ndarray


class Graph:
    def __init__(self, path: Path, threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs = self.session.get_inputs()

    def __call__(self, **inputs: Array) -> list[Array]:
        return self.session.run(None, inputs)


class Scheduler:
    """DDIM with squaredcos_cap_v2, trailing timesteps and v-prediction, as scheduler_config.json says."""

    def __init__(self, config: dict):
        n = config["num_train_timesteps"]
        bar = np.cos((np.arange(n + 1) / n + 0.008) / 1.008 * np.pi / 2) ** 2
        self.alphas = np.cumprod(1 - np.minimum(1 - bar[1:] / bar[:-1], 0.999).astype(np.float32), dtype=np.float32)
        self.total = n

    def timesteps(self, steps: int) -> list[int]:
        return [round(self.total - i * self.total / steps) - 1 for i in range(steps)]

    def step(self, x: Array, v: Array, t: int, steps: int) -> Array:
        before = t - self.total // steps
        a, b = self.alphas[t], self.alphas[before] if before >= 0 else np.float32(1)
        start = np.sqrt(a) * x - np.sqrt(1 - a) * v
        noise = np.sqrt(a) * v + np.sqrt(1 - a) * x
        return (np.sqrt(b) * start + np.sqrt(1 - b) * noise).astype(np.float32)


class Conditions:
    """τ: the conditions [B, 16, 128] that a generator's own text encoder makes of texts."""

    def __init__(self, folder: Path, threads: int):
        self.tau, self.tokenizer = Graph(folder / "text_encoder/model.onnx", threads), Tokenizer.from_file(str(folder / "tokenizer/tokenizer.json"))

    def __call__(self, texts: list[str]) -> Array:
        rows = [self.tokenizer.encode(t, add_special_tokens=False).ids[:16] for t in texts]
        return self.tau(input_ids=np.array([r + [0] * (16 - len(r)) for r in rows], np.int64))[0]


class Pipeline:
    """One generator: τ, the denoiser under guided DDIM, and what makes a medium of its latents."""

    def __init__(self, folder: Path, threads: int):
        graph = lambda name: Graph(folder / name / "model.onnx", threads)
        manifest = json.loads((folder / "manifest.json").read_text())
        self.modality, self.settings = manifest["modality"], manifest["pipeline"]
        self.scheduler = Scheduler(json.loads((folder / "scheduler/scheduler_config.json").read_text()))
        self.unet, self.decoder = graph("unet"), graph("vae_decoder")
        self.vocoder = graph("vocoder") if (folder / "vocoder").exists() else None
        self.condition = Conditions(folder, threads)
        self.negative = self.condition([""])

    @property
    def latents(self) -> tuple[int, ...]:
        if "latents" in self.settings:
            return tuple(self.settings["latents"])
        width, height = map(int, self.settings["size"].split("x"))
        frames = (self.settings["num_frames"],) if "num_frames" in self.settings else ()
        return (4, *frames, height // 8, width // 8)

    def make(self, conditions: Array, x: Array, guidance: float | None = None) -> list[Array]:
        """Pictures, sounds or films for conditions [B, 16, 128] and initial noise [B, *latents]."""
        steps, guidance = self.settings["num_inference_steps"], np.float32(self.settings["guidance_scale"] if guidance is None else guidance)
        negative, guided = np.repeat(self.negative, len(x), 0), guidance > 1
        asked = np.concatenate([negative, conditions]) if guided else conditions
        for t in self.scheduler.timesteps(steps):
            v = self.unet(sample=np.concatenate([x, x]) if guided else x, timestep=np.full(len(asked), t, np.int64), encoder_hidden_states=asked)[0]
            if guided:
                v_negative, v_positive = np.split(v, 2)
                v = v_negative + guidance * (v_positive - v_negative)
            x = self.scheduler.step(x, v, t, steps)
        frames = x.ndim == 5
        sample = self.decoder(latent_sample=x.swapaxes(1, 2).reshape(-1, *x.shape[1:2], *x.shape[3:]) if frames else x)[0]
        if self.vocoder is not None:
            return list(self.vocoder(spectrogram=sample[:, 0])[0])
        pixels = np.round(np.clip(sample / 2 + 0.5, 0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1)
        return list(pixels.reshape(len(x), -1, *pixels.shape[1:]) if frames else pixels)


class Reference:
    """Answers like the mesh: greedy text, forced signal runs, guided DDIM media."""

    def __init__(self, bundles: Path, threads: int = 2):
        graph = lambda name: Graph(bundles / name, threads)
        self.manifest = json.loads((bundles / "backbone/manifest.json").read_text())
        self.config = json.loads((bundles / "backbone/genai_config.json").read_text())["model"]
        self.tokenizer = Tokenizer.from_file(str(bundles / "backbone/tokenizer.json"))
        self.words, self.backbone = graph("backbone/embedding.onnx"), graph("backbone/model.onnx")
        modalities = list(self.manifest["signals"])
        self.encoders = {m: graph(f"encoder/{m}/model.onnx") for m in modalities}
        self.see = {m: graph(f"input-projector/{m}/model.onnx") for m in modalities}
        self.project = {m: graph(f"output-projector/{m}/model.onnx") for m in modalities}
        self.pipelines = {m: Pipeline(bundles / f"generator-{m}", threads) for m in modalities}
        self.runs = {m: [self.tokenizer.token_to_id(t) for t in signal["tokens"]] for m, signal in self.manifest["signals"].items()}
        self.stop = self.tokenizer.token_to_id(self.manifest["stop"][0])

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def embed(self, text: str) -> Array:
        ids = self.ids(text)
        return self.words(input_ids=np.array([ids], np.int64))[0][0] if ids else np.zeros((0, 192), np.float32)

    def embed_medium(self, modality: str, value: Array) -> Array:
        match modality:
            case "image":
                inputs = {"pixel_values": (sized(value, SIDE).astype(np.float32) / 255 * 2 - 1).transpose(2, 0, 1)[None]}
            case "audio":
                inputs = {"input_features": log_mel(value[None])}
            case _:
                looks = value[[len(value) * i // LOOKS for i in range(LOOKS)]]
                inputs = {"pixel_values": (np.stack([sized(f, FILM_SIDE) for f in looks]).astype(np.float32) / 255 * 2 - 1).transpose(0, 3, 1, 2)[None]}
        projected = self.see[modality](features=self.encoders[modality](**inputs)[0])[0][0]
        media = self.manifest["prompt"]["media"][modality]
        return np.concatenate([self.embed(media["open"]), projected, self.embed(media["close"])])

    def embed_part(self, part: dict) -> Array:
        medium = value_of(part)
        return self.embed(part["text"]) if medium is None else self.embed_medium(*medium)

    def prompt(self, messages: list[Message]) -> Array:
        block = self.manifest["prompt"]
        pieces = [self.embed(block["begin"])]
        for message in messages:
            role, content = block["roles"][message["role"]], message["content"]
            pieces.append(self.embed(role["prefix"]))
            pieces += [self.embed_part(p) for p in ([{"type": "text", "text": content}] if isinstance(content, str) else content)]
            pieces.append(self.embed(role["suffix"]))
        pieces.append(self.embed(block["roles"]["assistant"]["prefix"]))
        return np.concatenate(pieces)[None]

    def write(self, messages: list[Message], limit: int = 96) -> tuple[str, list[tuple[str, Array]]]:
        """The text of the answer, and the states [1, 4, 192] at each run of signals with its modality."""
        x, position = self.prompt(messages), 0
        decoder = self.config["decoder"]
        past = {i.name: np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), np.float32)
                for i in self.backbone.inputs if i.name.startswith("past")}
        text: list[int] = []
        signals: list[tuple[str, Array]] = []
        forced = ""
        for _ in range(limit):
            n = x.shape[1]
            logits, hidden, *present = self.backbone(inputs_embeds=x, attention_mask=np.ones((1, position + n), np.int64),
                                                     position_ids=np.arange(position, position + n)[None], **past)
            past, position = dict(zip(past, present)), position + n
            if forced:
                signals.append((forced, hidden))
            token = int(logits[0, -1].argmax())
            forced = next((m for m, run in self.runs.items() if run[0] == token), "")
            if token == self.stop:
                break
            if not forced:
                text.append(token)
            x = self.words(input_ids=np.array([self.runs[forced] if forced else [token]], np.int64))[0]
        return self.tokenizer.decode(text), signals

    def answer_all(self, dialogues: list[list[Message]], first_seed: int = 0) -> list[Answer]:
        written = [self.write(messages) for messages in dialogues]
        answers = [Answer(text, [(m, np.zeros(0)) for m, _ in signals]) for text, signals in written]
        for modality, pipeline in self.pipelines.items():
            wanted = [(i, k, states) for i, (_, signals) in enumerate(written) for k, (m, states) in enumerate(signals) if m == modality]
            for start in range(0, len(wanted), 8):
                rows = wanted[start:start + 8]
                conditions = self.project[modality](signals=np.concatenate([states for _, _, states in rows]))[0]
                noise = np.stack([np.random.default_rng(first_seed + i).standard_normal(pipeline.latents, np.float32) for i, _, _ in rows])
                for (i, k, _), value in zip(rows, pipeline.make(conditions, noise)):
                    answers[i].media[k] = modality, value
        return answers
