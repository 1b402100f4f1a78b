"""Writes tiny random checkpoints of every model family, and what `transformers` computes with them.

    python make_models.py [FOLDER]        FOLDER, else tests/fixtures

Each checkpoint is an ordinary Hugging Face directory plus a `reference.json` (its fields: README.md). The numbers are
computed from the directory as a user would load it, after it was written, so that they also hold for its config.json.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import FIXTURES, fix_torch, load_base, normal, rounded, token_ids, versions, write_json

import numpy as np
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedConfig, PreTrainedModel, Qwen2Config, Qwen3Config

VOCAB_SIZE = 80
HIDDEN_SIZE = 32
PROMPT_TOKENS = 12
GREEDY_TOKENS = 32

# Weights are larger than a fresh model's, so that attention is neither uniform nor one-hot and logits differ clearly.
WEIGHT_STD = 0.2
NORM_STD = 0.2
BIAS_STD = 0.3

# A greedy choice with less between its two best tokens could turn on rounding.
MIN_GREEDY_GAP = 1e-3
# Tiny models like to say one token for ever, which would test little.
MIN_GREEDY_DISTINCT = 8

LLAMA3_ROPE = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}


@dataclass(frozen=True)
class Checkpoint:
    """One directory to make."""

    name: str
    config: type[PreTrainedConfig]
    rope_theta: float
    settings: dict[str, Any]
    seed: int
    dtype: torch.dtype = torch.float32
    rope: dict[str, Any] = field(default_factory=lambda: {"rope_type": "default"})
    sequence_tokens: int = 40
    max_shard_size: str = "1MB"
    # Write config.json as transformers 4 did (rope_theta, rope_scaling, torch_dtype), as most published models have it,
    # instead of as transformers 5 does (rope_parameters, dtype).
    version_4: bool = False


# Between them they have: one and several key heads a query head, a head wider than hidden / heads, tied and untied
# embeddings, biases, query and key norms, both dialects of config.json, one file and shards, and three number formats.
CHECKPOINTS = [
    Checkpoint(
        name="llama",
        config=LlamaConfig,
        rope_theta=10000.0,
        settings={"rms_norm_eps": 1e-5, "tie_word_embeddings": False, "intermediate_size": 48},
        seed=1,
    ),
    Checkpoint(
        # Heads of 16, so that one of the rotary frequencies falls in each of llama3's three bands: kept (wavelength
        # under 32/4), divided by the factor (over 32/1), and blended (between).
        name="llama3",
        config=LlamaConfig,
        rope_theta=10000.0,
        rope=LLAMA3_ROPE,
        settings={
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": True,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 16,
        },
        seed=2,
        sequence_tokens=80,
        version_4=True,
    ),
    Checkpoint(
        name="qwen2",
        config=Qwen2Config,
        rope_theta=1000000.0,
        settings={"tie_word_embeddings": True},
        seed=3,
        max_shard_size="30KB",
        version_4=True,
    ),
    Checkpoint(
        name="qwen3",
        config=Qwen3Config,
        rope_theta=1000000.0,
        settings={"tie_word_embeddings": False, "head_dim": 16},
        seed=4,
    ),
    Checkpoint(
        name="llama3_bf16",
        config=LlamaConfig,
        rope_theta=10000.0,
        rope=LLAMA3_ROPE,
        settings={"num_hidden_layers": 1, "tie_word_embeddings": True},
        seed=5,
        dtype=torch.bfloat16,
        sequence_tokens=80,
    ),
    Checkpoint(
        name="qwen3_f16",
        config=Qwen3Config,
        rope_theta=1000000.0,
        settings={"num_hidden_layers": 1, "tie_word_embeddings": True, "head_dim": 16},
        seed=6,
        dtype=torch.float16,
        version_4=True,
    ),
]


def build_model(checkpoint: Checkpoint, rng: np.random.Generator) -> PreTrainedModel:
    """The model of `checkpoint` with random weights."""
    settings = {
        "vocab_size": VOCAB_SIZE,
        "hidden_size": HIDDEN_SIZE,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "rope_parameters": {**checkpoint.rope, "rope_theta": checkpoint.rope_theta},
        **checkpoint.settings,
    }
    model = AutoModelForCausalLM.from_config(checkpoint.config(**settings))
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            if name.endswith("norm.weight"):
                weight.copy_(normal(rng, weight.shape, NORM_STD, mean=1.0))
            else:
                weight.copy_(normal(rng, weight.shape, BIAS_STD if name.endswith("bias") else WEIGHT_STD))
    return model.to(checkpoint.dtype)


def as_version_4(config: dict[str, Any]) -> dict[str, Any]:
    """A config.json of transformers 5 in the words of transformers 4."""
    config = dict(config)
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.49.0"
    config.pop("layer_types", None)
    return dict(sorted(config.items()))


def write_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Writes config.json, generation_config.json and the weights."""
    shutil.rmtree(folder, ignore_errors=True)
    model = build_model(checkpoint, np.random.default_rng(checkpoint.seed))
    model.save_pretrained(folder, max_shard_size=checkpoint.max_shard_size)
    if checkpoint.version_4:
        path = folder / "config.json"
        path.write_text(json.dumps(as_version_4(json.loads(path.read_text())), indent=2) + "\n")
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors makes files for their owner only


def greedy(model: PreTrainedModel, prompt: list[int]) -> tuple[list[int], float]:
    """The most likely continuation, past any end token, and the smallest gap between its best two logits."""
    ids, gap = list(prompt), float("inf")
    for _ in range(GREEDY_TOKENS):
        best = model(torch.tensor([ids])).logits[0, -1].topk(2)
        gap = min(gap, float(best.values[0] - best.values[1]))
        ids.append(int(best.indices[0]))
    return ids[len(prompt) :], gap


def greedy_reference(model: PreTrainedModel, seed: int) -> dict[str, Any]:
    """A prompt whose greedy continuation is clear and not monotonous, and that continuation."""
    for attempt in range(1000):
        prompt = token_ids(np.random.default_rng([seed, attempt]), PROMPT_TOKENS, VOCAB_SIZE)
        tokens, gap = greedy(model, prompt)
        if gap > MIN_GREEDY_GAP and len(set(tokens)) >= MIN_GREEDY_DISTINCT:
            return {"prompt": prompt, "tokens": tokens, "min_gap": rounded(gap)}
    raise RuntimeError("no prompt has a clear greedy continuation: choose another seed for the weights")


def scoring_reference(model: PreTrainedModel, rng: np.random.Generator) -> dict[str, Any]:
    """Log-probabilities of continuations of different lengths after one prefix."""
    prefix = token_ids(rng, 10, VOCAB_SIZE)
    continuations = [token_ids(rng, count, VOCAB_SIZE) for count in (1, 3, 6, 6)]
    log_probs = []
    for continuation in continuations:
        every = model(torch.tensor([prefix + continuation])).logits[0].log_softmax(-1)
        steps = range(len(prefix) - 1, len(prefix) + len(continuation) - 1)
        log_probs.append(torch.stack([every[step, token] for step, token in zip(steps, continuation)]))
    return {
        "prefix": prefix,
        "continuations": continuations,
        "log_probs": [rounded(values) for values in log_probs],
        "sums": [rounded(values.sum()) for values in log_probs],
    }


def training_reference(model: PreTrainedModel, input_ids: torch.Tensor) -> dict[str, Any]:
    """Loss of every token but the first, and how long its gradient is for each weight (for pretraining)."""
    loss = model(input_ids, labels=input_ids).loss
    loss.backward()
    norms = {
        name: rounded(weight.grad.norm())
        for name, weight in sorted(model.named_parameters())
        if weight.grad is not None
    }
    model.zero_grad()
    return {"loss": rounded(loss), "grad_norms": norms}


def write_reference(checkpoint: Checkpoint, folder: Path) -> None:
    """Writes reference.json beside the checkpoint."""
    model = load_base(folder)
    rng = np.random.default_rng([checkpoint.seed, 1000])
    input_ids = torch.tensor([token_ids(rng, checkpoint.sequence_tokens, VOCAB_SIZE) for _ in range(2)])
    positions = [0, 1, 7, checkpoint.sequence_tokens - 1]
    with torch.no_grad():
        logits = model(input_ids).logits[:, positions]
        greedy_part = greedy_reference(model, checkpoint.seed)
        scoring_part = scoring_reference(model, rng)
    write_json(
        folder / "reference.json",
        {
            "generator": "tests/reference/make_models.py",
            "versions": versions(),
            "stored_dtype": str(checkpoint.dtype).removeprefix("torch."),
            "input_ids": input_ids.tolist(),
            "positions": positions,
            "logits": rounded(logits),
            "greedy": greedy_part,
            "scoring": scoring_part,
            "training": training_reference(model, input_ids),
        },
    )


def main(output: Path) -> None:
    """Makes all checkpoints in `output`."""
    fix_torch()
    for checkpoint in CHECKPOINTS:
        write_checkpoint(checkpoint, output / checkpoint.name)
        write_reference(checkpoint, output / checkpoint.name)
        print(f"wrote {checkpoint.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES)
