# SPDX-License-Identifier: Apache-2.0
"""Language models of real architectures, as small as they can be: only sizes are chosen, the rest is transformers' own."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transformers import PreTrainedTokenizerBase

from . import words

HIDDEN, LONGEST = 64, 2048
DECODER = dict(hidden_size=HIDDEN, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
               max_position_embeddings=LONGEST, tie_word_embeddings=False)
BUILDERS_EPSILON = 1e-6  # the builder takes this where an architecture names its epsilon in its own way
LOCAL_AND_GLOBAL = ["sliding_attention", "full_attention"]
QWEN35 = DECODER | dict(
    head_dim=64, layer_types=["linear_attention", "full_attention"], linear_num_key_heads=2, linear_num_value_heads=4,
    linear_key_head_dim=16, linear_value_head_dim=16, rope_parameters={
        "rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25, "mrope_interleaved": True,
        "mrope_section": [3, 3, 2]})
EYES = dict(depth=1, hidden_size=32, intermediate_size=32, num_heads=2, out_hidden_size=HIDDEN)


@dataclass(frozen=True)
class Family:
    """One architecture: transformers' model_type, its sizes, its tokenizer and template, what it says of generating."""
    kind: str
    config: dict[str, Any]
    tokenizer: Callable[[], PreTrainedTokenizerBase]
    template: str
    ends: tuple[str, ...]  # the first is made likelier, so that some answers end by themselves
    generation: dict[str, Any] = field(default_factory=dict)
    sees: bool = False  # the language model of one that takes pictures too, which is exported without its eyes


FAMILIES = {
    "llama": Family("llama", DECODER | dict(rope_parameters={"rope_type": "default", "rope_theta": 500000.0}), words.llama3, "llama3",
                    ("<|eot_id|>", "<|end_of_text|>"), dict(do_sample=True, temperature=0.6, top_p=0.9)),
    "qwen2": Family("qwen2", DECODER | dict(tie_word_embeddings=True), words.chatml, "qwen2", ("<|im_end|>", "<|endoftext|>"),
                    dict(do_sample=True, repetition_penalty=1.1, temperature=0.7, top_p=0.8, top_k=20)),
    "qwen3": Family("qwen3", DECODER | dict(head_dim=32), words.chatml, "qwen3", ("<|im_end|>", "<|endoftext|>"),
                    dict(do_sample=True, temperature=0.6, top_p=0.95, top_k=20)),
    "phi": Family("phi", DECODER | dict(num_attention_heads=2, num_key_value_heads=2, partial_rotary_factor=0.5,
                  layer_norm_eps=BUILDERS_EPSILON), words.gpt2, "plain", ("<|endoftext|>",)),
    "phi3": Family("phi3", DECODER | dict(num_key_value_heads=4, original_max_position_embeddings=LONGEST, pad_token_id=0), words.phi3,
                   "phi3", ("<|end|>", "<|endoftext|>")),
    "phi3-long": Family("phi3", DECODER | dict(num_key_value_heads=4, original_max_position_embeddings=256, pad_token_id=0, rope_parameters={
        "type": "longrope", "rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 1.0, "original_max_position_embeddings": 256,
        "short_factor": [1 + 0.05 * i for i in range(8)], "long_factor": [1 + 0.5 * i for i in range(8)]}), words.phi3, "phi3",
        ("<|end|>", "<|endoftext|>")),
    "gemma": Family("gemma", DECODER | dict(head_dim=16, tie_word_embeddings=True), words.gemma, "gemma2", ("<end_of_turn>", "<eos>")),
    "ernie4.5": Family("ernie4_5", DECODER | dict(head_dim=16), words.chatml, "qwen2", ("<|im_end|>",)),
    "hunyuan": Family("hunyuan_v1_dense", DECODER | dict(head_dim=16), words.chatml, "qwen2", ("<|im_end|>",)),
    "gemma2": Family("gemma2", DECODER | dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=24, tie_word_embeddings=True),
                     words.gemma, "gemma2", ("<end_of_turn>", "<eos>")),
    "gemma3": Family("gemma3_text", DECODER | dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=24, num_hidden_layers=3,
                     layer_types=[*LOCAL_AND_GLOBAL, LOCAL_AND_GLOBAL[0]], tie_word_embeddings=True), words.gemma, "gemma3",
                     ("<end_of_turn>", "<eos>"), dict(do_sample=True, top_k=64, top_p=0.95)),
    "mistral": Family("mistral", DECODER | dict(sliding_window=32, layer_types=["sliding_attention"] * 2), words.mistral, "mistral",
                      ("</s>",)),
    "gpt-oss": Family("gpt_oss", DECODER | dict(head_dim=16, num_local_experts=4, num_experts_per_tok=2, sliding_window=32,
                      layer_types=LOCAL_AND_GLOBAL), words.chatml, "qwen2", ("<|im_end|>",)),
    "qwen3.5": Family("qwen3_5", dict(tie_word_embeddings=False, text_config=QWEN35, vision_config=EYES), words.chatml, "qwen3",
                      ("<|im_end|>",), sees=True),
    "qwen3.5-moe": Family("qwen3_5_moe", dict(tie_word_embeddings=False, vision_config=EYES, text_config=QWEN35 | dict(
        num_experts=4, num_experts_per_tok=2, moe_intermediate_size=48, shared_expert_intermediate_size=32)), words.chatml, "qwen3",
        ("<|im_end|>",), sees=True),
    "lfm2": Family("lfm2", DECODER | dict(num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"], conv_L_cache=3,
                   block_auto_adjust_ff_dim=False), words.chatml, "qwen2", ("<|im_end|>",)),
    "lfm2-moe": Family("lfm2_moe", DECODER | dict(num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"], num_experts=4,
                       num_experts_per_tok=2, moe_intermediate_size=48, num_dense_layers=1, conv_L_cache=3), words.chatml, "qwen2",
                       ("<|im_end|>",)),
    "nemotron": Family("nemotron", DECODER | dict(partial_rotary_factor=0.5, head_dim=32, norm_eps=BUILDERS_EPSILON), words.unigram, "marks",
                       ("</s>",)),
    "smollm3": Family("smollm3", DECODER | dict(num_hidden_layers=4, no_rope_layers=[1, 1, 1, 0]), words.chatml, "qwen2", ("<|im_end|>",)),
    "olmo": Family("olmo", DECODER, words.gpt2, "plain", ("<|endoftext|>",)),
    "granite": Family("granite", DECODER | dict(embedding_multiplier=3.0, attention_multiplier=0.2, residual_multiplier=0.7,
                      logits_scaling=2.0), words.chatml, "qwen2", ("<|im_end|>",)),
    "gpt2": Family("gpt2", dict(n_embd=HIDDEN, n_layer=2, n_head=4, n_positions=1024), words.gpt2, "plain", ("<|endoftext|>",)),
    "opt": Family("opt", dict(hidden_size=HIDDEN, ffn_dim=128, num_hidden_layers=2, num_attention_heads=4, word_embed_proj_dim=HIDDEN,
                  max_position_embeddings=LONGEST), words.opt, "plain", ("</s>",)),
    "bloom": Family("bloom", dict(hidden_size=HIDDEN, n_layer=2, n_head=4), words.gpt2, "plain", ("<|endoftext|>",)),
    "gpt-neox": Family("gpt_neox", dict(hidden_size=HIDDEN, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
                       max_position_embeddings=LONGEST), words.gpt2, "plain", ("<|endoftext|>",)),
    "gptj": Family("gptj", dict(n_embd=HIDDEN, n_layer=2, n_head=4, rotary_dim=8, n_positions=LONGEST), words.gpt2, "plain",
                   ("<|endoftext|>",)),
    "gpt-neo": Family("gpt_neo", dict(hidden_size=HIDDEN, num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]], window_size=32,
                      max_position_embeddings=LONGEST), words.gpt2, "plain", ("<|endoftext|>",)),
    "codegen": Family("codegen", dict(n_embd=HIDDEN, n_layer=2, n_head=4, rotary_dim=8, n_positions=LONGEST, n_ctx=LONGEST), words.gpt2, "plain",
                      ("<|endoftext|>",)),
    "gpt-bigcode": Family("gpt_bigcode", dict(n_embd=HIDDEN, n_layer=2, n_head=4, n_positions=LONGEST), words.gpt2, "plain", ("<|endoftext|>",)),
    "mpt": Family("mpt", dict(d_model=HIDDEN, n_layers=2, n_heads=4, max_seq_len=LONGEST), words.gpt2, "plain", ("<|endoftext|>",)),
    "stablelm": Family("stablelm", DECODER | dict(partial_rotary_factor=0.25), words.gpt2, "plain", ("<|endoftext|>",)),
    "cohere": Family("cohere", DECODER | dict(logit_scale=0.5), words.chatml, "qwen2", ("<|im_end|>",)),
    "olmo2": Family("olmo2", DECODER, words.gpt2, "plain", ("<|endoftext|>",)),
    "glm": Family("glm", DECODER | dict(head_dim=16, pad_token_id=0), words.chatml, "qwen2", ("<|im_end|>",)),
    "helium": Family("helium", DECODER | dict(head_dim=16), words.unigram, "marks", ("</s>",)),
    "arcee": Family("arcee", DECODER | dict(head_dim=16), words.chatml, "qwen2", ("<|im_end|>",)),
    "deepseek-v3": Family("deepseek_v3", DECODER | dict(num_key_value_heads=4, moe_intermediate_size=32, n_routed_experts=4, num_experts_per_tok=2,
                          n_group=1, topk_group=1, kv_lora_rank=16, q_lora_rank=16, qk_rope_head_dim=8, qk_nope_head_dim=16, v_head_dim=16,
                          first_k_dense_replace=1), words.chatml, "qwen2", ("<|im_end|>",)),
}
