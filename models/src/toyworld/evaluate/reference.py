"""The whole path in a few lines of Python over the exported bundles: the reference that the mesh is compared with."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from tokenizers import Tokenizer

from .chat import Answer, Message, picture_from

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


class Reference:
    """Answers like the mesh: greedy text, forced signal runs, guided DDIM pictures."""

    def __init__(self, bundles: Path, threads: int = 2):
        graph = lambda name: Graph(bundles / name, threads)
        self.manifest = json.loads((bundles / "backbone/manifest.json").read_text())
        self.config = json.loads((bundles / "backbone/genai_config.json").read_text())["model"]
        self.pipeline = json.loads((bundles / "generator-image/manifest.json").read_text())["pipeline"]
        self.tokenizer = Tokenizer.from_file(str(bundles / "backbone/tokenizer.json"))
        self.encoder, self.see = graph("encoder/image/model.onnx"), graph("input-projector/image/model.onnx")
        self.words, self.backbone = graph("backbone/embedding.onnx"), graph("backbone/model.onnx")
        self.project = graph("output-projector/image/model.onnx")
        self.unet, self.decoder = graph("generator-image/unet/model.onnx"), graph("generator-image/vae_decoder/model.onnx")
        self.scheduler = Scheduler(json.loads((bundles / "generator-image/scheduler/scheduler_config.json").read_text()))
        self.tau = graph("generator-image/text_encoder/model.onnx")
        self.negative = self.tau(input_ids=np.zeros((1, 16), np.int64))[0]
        self.signals = [self.tokenizer.token_to_id(t) for t in self.manifest["signals"]["image"]["tokens"]]
        self.stop = self.tokenizer.token_to_id(self.manifest["stop"][0])

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def embed(self, text: str) -> Array:
        ids = self.ids(text)
        return self.words(input_ids=np.array([ids], np.int64))[0][0] if ids else np.zeros((0, 192), np.float32)

    def embed_picture(self, picture: Array) -> Array:
        if picture.shape[:2] != (128, 128):
            picture = np.asarray(Image.fromarray(picture).resize((128, 128), Image.Resampling.BICUBIC))
        pixels = (picture.astype(np.float32) / 255 * 2 - 1).transpose(2, 0, 1)[None]
        projected = self.see(features=self.encoder(pixel_values=pixels)[0])[0][0]
        media = self.manifest["prompt"]["media"]["image"]
        return np.concatenate([self.embed(media["open"]), projected, self.embed(media["close"])])

    def prompt(self, messages: list[Message]) -> Array:
        block = self.manifest["prompt"]
        pieces = [self.embed(block["begin"])]
        for message in messages:
            role, content = block["roles"][message["role"]], message["content"]
            pieces.append(self.embed(role["prefix"]))
            for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                pieces.append(self.embed(part["text"]) if part["type"] == "text" else self.embed_picture(picture_from(part["image_url"]["url"])))
            pieces.append(self.embed(role["suffix"]))
        pieces.append(self.embed(block["roles"]["assistant"]["prefix"]))
        return np.concatenate(pieces)[None]

    def write(self, messages: list[Message], limit: int = 64) -> tuple[str, Array | None]:
        """The text of the answer and the states at its signals, if it has any."""
        x, position = self.prompt(messages), 0
        decoder = self.config["decoder"]
        past = {i.name: np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), np.float32)
                for i in self.backbone.inputs if i.name.startswith("past")}
        text: list[int] = []
        states, forced = None, False
        for _ in range(limit):
            n = x.shape[1]
            logits, hidden, *present = self.backbone(inputs_embeds=x, attention_mask=np.ones((1, position + n), np.int64),
                                                     position_ids=np.arange(position, position + n)[None], **past)
            past, position = dict(zip(past, present)), position + n
            if n == len(self.signals) and states is None and forced:
                states = hidden
            token = int(logits[0, -1].argmax())
            forced = token == self.signals[0] and states is None
            if token == self.stop:
                break
            if not forced:
                text.append(token)
            x = self.words(input_ids=np.array([self.signals if forced else [token]], np.int64))[0]
        return self.tokenizer.decode(text), states

    def draw(self, conditions: Array, x: Array) -> Array:
        """Pictures uint8 [B, 128, 128, 3] for conditions [B, 16, 128] and initial noise [B, 4, 16, 16]."""
        steps, guidance = self.pipeline["num_inference_steps"], np.float32(self.pipeline["guidance_scale"])
        both = np.concatenate([np.repeat(self.negative, len(x), 0), conditions])
        for t in self.scheduler.timesteps(steps):
            v = self.unet(sample=np.concatenate([x, x]), timestep=np.full(2 * len(x), t, np.int64), encoder_hidden_states=both)[0]
            v_negative, v_positive = np.split(v, 2)
            x = self.scheduler.step(x, v_negative + guidance * (v_positive - v_negative), t, steps)
        pixels = np.clip(self.decoder(latent_sample=x)[0] / 2 + 0.5, 0, 1)
        return np.round(pixels * 255).astype(np.uint8).transpose(0, 2, 3, 1)

    def answer_all(self, dialogues: list[list[Message]], first_seed: int = 0) -> list[Answer]:
        written = [self.write(messages) for messages in dialogues]
        answers = [Answer(text) for text, _ in written]
        drawn = [i for i, (_, states) in enumerate(written) if states is not None]
        for start in range(0, len(drawn), 8):
            rows = drawn[start:start + 8]
            conditions = self.project(signals=np.concatenate([written[i][1] for i in rows]))[0]
            noise = np.stack([np.random.default_rng(first_seed + i).standard_normal((4, 16, 16), np.float32) for i in rows])
            for i, picture in zip(rows, self.draw(conditions, noise)):
                answers[i].pictures.append(picture)
        return answers
