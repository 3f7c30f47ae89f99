# SPDX-License-Identifier: Apache-2.0
"""Makes src/test/resources/tiny-backbone: a bundle of a few kilobytes with random weights, in the layout of docs/bundles.md,
and what torch says it computes. Its bytes are its tokens, so that characters come in halves. Beside it, in the folder tiny-decoders,
decoders that compute the same and take their rows in other ways.

    python make_tiny_backbone.py OUTPUT_FOLDER        (torch, onnx, onnxruntime, safetensors)
"""
import hashlib
import json
import sys
from pathlib import Path

import torch
from onnxruntime.quantization import quantize_dynamic
from safetensors.torch import save_file
from torch import nn

HIDDEN, HEADS, LAYERS, CONTEXT = 16, 2, 2, 160
HEAD = HIDDEN // HEADS
SPECIALS = ["<s>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<Img>", "</Img>",
            "[IMG0]", "[IMG1]", "[IMG2]", "[IMG3]", "[AUD0]", "[AUD1]", "[VID0]", "[VID1]", "[VID2]"]


def byte_alphabet():
    """GPT-2's printable stand-ins for the 256 bytes, in the order of the bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    chars = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [chars[byte] for byte in range(256)]


VOCABULARY = {token: i for i, token in enumerate([*byte_alphabet(), *SPECIALS])}


class GroupedAttention(torch.autograd.Function):
    """ONNX Runtime's operator, as onnxruntime-genai's builder writes it; for its export alone."""

    @staticmethod
    def symbolic(g, q, k, v, past_key, past_value, lengths, total):
        return g.op("com.microsoft::GroupQueryAttention", q, k, v, past_key, past_value, lengths, total, num_heads_i=HEADS,
                    kv_num_heads_i=HEADS, outputs=3)

    @staticmethod
    def forward(ctx, q, k, v, past_key, past_value, lengths, total):
        rows, length, behind = q.shape[0], q.shape[1], past_key.shape[2]
        present = torch.zeros(rows, HEADS, behind + length, HEAD)
        return torch.zeros_like(q), present, present.clone()


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN, bias=False)
        self.out = nn.Linear(HIDDEN, HIDDEN, bias=False)

    def forward(self, x, bias, past_key, past_value, mask, kind):
        rows, length = x.shape[0], x.shape[1]
        if kind == "grouped":
            lengths, total = (mask.sum(1) - 1).to(torch.int32), torch._shape_as_tensor(mask)[1].to(torch.int32)
            y, k, v = GroupedAttention.apply(*self.qkv(x).chunk(3, dim=-1), past_key, past_value, lengths, total)
            return self.out(y), k, v
        q, k, v = (t.view(rows, length, HEADS, HEAD).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        k, v = torch.cat([past_key, k], dim=2), torch.cat([past_value, v], dim=2)
        weights = torch.softmax(q @ k.transpose(2, 3) / HEAD**0.5 + bias, dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(rows, length, HIDDEN)), k, v


class Decoder(nn.Module):
    """What it computes is the same for every kind: "masked" takes rows that end at the right, "grouped" rows that begin at the
    left, and "equal" rows of one length, since it does not look at the mask; "mistaken" does, and makes nothing of it. "ids" looks
    tokens up itself, and counts positions by the mask.
    """

    kind = "masked"

    def __init__(self):
        super().__init__()
        self.positions = nn.Embedding(CONTEXT, HIDDEN)
        self.attention = nn.ModuleList([Attention() for _ in range(LAYERS)])
        self.mlp = nn.ModuleList([nn.Sequential(nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, 32), nn.GELU(), nn.Linear(32, HIDDEN))
                                  for _ in range(LAYERS)])
        self.norms = nn.ModuleList([nn.LayerNorm(HIDDEN) for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(HIDDEN)
        self.head = nn.Linear(HIDDEN, len(VOCABULARY), bias=False)

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        if self.kind == "ids":
            past = (position_ids, *past)
            position_ids = (attention_mask.cumsum(1) - 1).clamp(0)[:, -inputs_embeds.shape[1]:]
            inputs_embeds = self.embedding(inputs_embeds)
        length, total = inputs_embeds.shape[1], attention_mask.shape[1]
        query = torch.arange(length)[:, None] + (total - length)
        seen = (torch.arange(total)[None, :] <= query)[None, None]
        if self.kind in ("masked", "ids"):
            seen = seen & (attention_mask[:, None, None, :] != 0)
        bias = torch.where(seen, 0.0, -1e9)
        if inputs_embeds.dtype == torch.float16:
            bias = bias.clamp(-6e4).half()
        if self.kind == "mistaken":
            bias = bias + attention_mask[:, None, None, :].min() * 0.0
        x, present = inputs_embeds + self.positions(position_ids), []
        for layer in range(LAYERS):
            y, key, value = self.attention[layer](self.norms[layer](x), bias, past[2 * layer], past[2 * layer + 1],
                                                  attention_mask, self.kind)
            x = x + y
            x = x + self.mlp[layer](x)
            present += [key, value]
        hidden = self.norm(x)
        return self.head(hidden), hidden, *present


class Recurrence(nn.Module):
    """Remembers the sum of what it was fed, so that its memory keeps its size."""

    def __init__(self):
        super().__init__()
        self.inner, self.norm = nn.Linear(HIDDEN, HIDDEN), nn.LayerNorm(HIDDEN)
        self.head = nn.Linear(HIDDEN, len(VOCABULARY), bias=False)

    def forward(self, inputs_embeds, past):
        sums = past[:, None] + torch.cumsum(torch.tanh(self.inner(inputs_embeds)), 1)
        hidden = self.norm(sums)
        return self.head(hidden), hidden, sums[:, -1]


def export_recurrence(file):
    decoder = Recurrence().eval()
    torch.onnx.export(decoder, (torch.zeros(2, 3, HIDDEN), torch.zeros(2, HIDDEN)), file, input_names=["inputs_embeds", "past_state.0"],
                      output_names=["logits", "hidden_states", "present_state.0"], opset_version=17, dynamo=False,
                      dynamic_axes={name: {0: "batch", 1: "sequence"} for name in ("inputs_embeds", "logits", "hidden_states")} |
                      {name: {0: "batch"} for name in ("past_state.0", "present_state.0")})


def export(decoder, file):
    rows, length, behind = 2, 3, 4
    past = [torch.zeros(rows, HEADS, behind, HEAD, dtype=decoder.head.weight.dtype) for _ in range(2 * LAYERS)]
    caches = [f"{layer}.{kind}" for layer in range(LAYERS) for kind in ("key", "value")]
    ids = decoder.kind == "ids"
    tokens = ["input_ids", "attention_mask"] if ids else ["inputs_embeds", "attention_mask", "position_ids"]
    inputs = [*tokens, *(f"past_key_values.{c}" for c in caches)]
    outputs = ["logits", "hidden_states", *(f"present.{c}" for c in caches)]
    axes = {name: {0: "batch", 1: "sequence"} for name in tokens + outputs[:2]} | {
        "attention_mask": {0: "batch", 1: "total"}} | {
        name: {0: "batch", 2: "length"} for name in inputs[len(tokens):] + outputs[2:]}
    fed = torch.zeros(rows, length, dtype=torch.long) if ids else torch.zeros(rows, length, HIDDEN, dtype=decoder.head.weight.dtype)
    positions = [] if ids else [torch.arange(behind, behind + length).expand(rows, -1).contiguous()]
    arguments = (fed, torch.ones(rows, behind + length, dtype=torch.long), *positions, *past)
    torch.onnx.export(decoder, arguments, file, input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=17,
                      dynamo=False, custom_opsets={"com.microsoft": 1})


def export_embedding(embedding, folder):
    torch.onnx.export(embedding, (torch.zeros(2, 3, dtype=torch.long),), folder / "embedding.onnx",
                      input_names=["input_ids"], output_names=["inputs_embeds"], opset_version=17, dynamo=False,
                      dynamic_axes={name: {0: "batch", 1: "sequence"} for name in ("input_ids", "inputs_embeds")})


def reference(decoder, embedding, folder):
    """A prompt with embeddings in its middle, then three tokens one by one."""
    generator = torch.Generator().manual_seed(7)
    media = torch.randn(2, HIDDEN, generator=generator)
    before, after, tokens = torch.tensor([256, 104, 105]), torch.tensor([262, 33]), torch.tensor([65, 200, 263])
    embeds = torch.cat([embedding(before), media, embedding(after)])[None]
    past = [torch.zeros(1, HEADS, 0, HEAD) for _ in range(2 * LAYERS)]
    tensors = {"ids": torch.cat([before, after]), "media": media, "media_at": torch.tensor([len(before)]), "tokens": tokens}
    steps = [embeds, *(embedding(token)[None, None] for token in tokens)]
    for i, step in enumerate(steps):
        behind = past[0].shape[2]
        logits, hidden, *past = decoder(step, torch.ones(1, behind + step.shape[1], dtype=torch.long),
                                        torch.arange(behind, behind + step.shape[1])[None], *past)
        tensors |= {f"logits.{i}": logits[0].contiguous(), f"hidden.{i}": hidden[0].contiguous()}
    save_file(tensors, folder / "reference.safetensors")


def tokenizer():
    added = [{"id": VOCABULARY[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for token in SPECIALS]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    vocabulary = {token: i for token, i in VOCABULARY.items() if token not in SPECIALS}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": level, "post_processor": None, "decoder": level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary,
                      "merges": []}}


def genai_config():
    return {"model": {
        "type": "decoder", "context_length": CONTEXT, "vocab_size": len(VOCABULARY),
        "eos_token_id": VOCABULARY["<|end|>"],
        "embedding": {"filename": "embedding.onnx", "inputs": {"input_ids": "input_ids"},
                      "outputs": {"inputs_embeds": "inputs_embeds"}},
        "decoder": {"filename": "decoder.onnx", "hidden_size": HIDDEN, "head_size": HEAD, "num_attention_heads": HEADS,
                    "num_key_value_heads": HEADS, "num_hidden_layers": LAYERS,
                    "inputs": {"inputs_embeds": "inputs_embeds", "attention_mask": "attention_mask",
                               "position_ids": "position_ids", "past_key_names": "past_key_values.%d.key",
                               "past_value_names": "past_key_values.%d.value"},
                    "outputs": {"logits": "logits", "hidden_states": "hidden_states",
                                "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"}}},
        "search": {"do_sample": True, "temperature": 1.0, "top_p": 1.0, "max_length": CONTEXT}}


def manifest(folder):
    files = sorted(path.name for path in folder.iterdir() if path.name not in ("manifest.json", "reference.safetensors"))
    runs = {"image": (4, "IMG", 0, True), "audio": (2, "AUD", -1, True), "video": (3, "VID", 0, False)}
    return {
        "schema": 1, "bundle": "tiny", "version": "1.0.0", "component": "llm_backbone", "precision": "fp32",
        "license": "Apache-2.0",
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
        "accepts": ["tiny-llm-16"],
        "prompt": {"begin": "<s>",
                   "roles": {role: {"prefix": f"<|{role}|>", "suffix": "<|end|>"} for role in ("system", "user", "assistant")},
                   "media": {"image": {"open": "<Img>", "close": "</Img>"}}},
        "stop": ["<|end|>"],
        "signals": {name: {"tokens": [f"[{stem}{i}]" for i in range(count)], "offset": offset, "forced": forced,
                           "produces": f"tiny-signal-{name}-{count}x16"}
                    for name, (count, stem, offset, forced) in runs.items()},
        "response_formats": ["json_schema"]}


def other(folder, kind):
    """Where what differs in a bundle of this kind of decoder is."""
    files = folder.parent / "tiny-decoders" / kind
    files.mkdir(parents=True, exist_ok=True)
    return files


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    decoder, embedding = Decoder().eval(), nn.Embedding(len(VOCABULARY), HIDDEN)
    with torch.no_grad():
        for parameter in decoder.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.5)  # far from torch's small start: answers must depend on what stands before
        export(decoder, folder / "decoder.onnx")
        export_embedding(embedding, folder)
        reference(decoder, embedding, folder)
        for decoder.kind in ("grouped", "equal", "mistaken"):
            export(decoder, other(folder, decoder.kind) / "decoder.onnx")
        quantize_dynamic(folder / "decoder.onnx", other(folder, "quantized") / "decoder.onnx")
        decoder.kind, decoder.embedding = "ids", embedding
        export(decoder, other(folder, "ids") / "decoder.onnx")
        decoder.kind, decoder.embedding = "masked", None
        export(decoder.half(), other(folder, "half") / "decoder.onnx")
        export_embedding(embedding.half(), other(folder, "half"))
        export_recurrence(other(folder, "recurrent") / "decoder.onnx")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(), ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "genai_config.json").write_text(json.dumps(genai_config(), indent=2) + "\n")
    (folder / "manifest.json").write_text(json.dumps(manifest(folder), indent=2) + "\n")


if __name__ == "__main__":
    main()
